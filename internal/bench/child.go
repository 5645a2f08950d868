package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// child is a server process.
type child struct {
	cmd     *exec.Cmd
	started time.Time // just before exec
	addr    string    // host and port
	conns   []*conn   // opened as they are needed, and kept
}

// startChild starts a server and returns when it has printed where it listens:
// a line "… serves http://HOST:PORT". What the server logs goes to /dev/null; at
// which level it logs is left to it.
func startChild(ctx context.Context, temporary, name string, args ...string) (*child, error) {
	c := &child{cmd: exec.CommandContext(ctx, name, args...)}
	c.cmd.Env = append(os.Environ(), "TMPDIR="+temporary)
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.started = time.Now()
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	if c.addr, err = announced(out); err != nil {
		c.kill()
		return nil, fmt.Errorf("%s %s does not start: %w", name, strings.Join(args, " "), err)
	}
	return c, nil
}

func announced(out io.Reader) (addr string, err error) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), " serves http://"); ok {
			return url, nil
		}
	}
	if err := lines.Err(); err != nil {
		return "", err
	}
	return "", io.ErrUnexpectedEOF
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// kill ends the process. Nothing of its state is wanted any more.
func (c *child) kill() {
	for _, conn := range c.conns {
		conn.close()
	}
	_ = c.cmd.Process.Kill() // it may have ended by itself
	_ = c.cmd.Wait()
}

// connect makes sure that there are n open connections.
func (c *child) connect(ctx context.Context, n int) error {
	for len(c.conns) < n {
		conn, err := dial(ctx, c.addr)
		if err != nil {
			return err
		}
		c.conns = append(c.conns, conn)
	}
	return nil
}
