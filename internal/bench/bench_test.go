package main

import (
	"bufio"
	"bytes"
	"net"
	"strings"
	"testing"
)

func TestTableAlignsAllGroups(t *testing.T) {
	t.Parallel()
	var tab table
	tab.heading("A", "ours", "bare", "ratio")
	tab.add(row{name: "a long name", ours: "1.0 µs", reference: "2", ratio: "0.5", target: "<= 1", verdict: "ok"})
	tab.heading("B", "ours", "bare", "")
	var got bytes.Buffer
	if err := tab.print(&got); err != nil {
		t.Fatal(err)
	}
	want := "A            ours    bare  ratio  target  verdict\n" +
		"a long name  1.0 µs  2     0.5    <= 1    ok\n" +
		"\n" +
		"B            ours    bare         target  verdict\n"
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		got, most float64
		want      string
	}{
		{"below", 2.4, 2.5, "ok"},
		{"exact", 2.5, 2.5, "ok"},
		{"above", 2.6, 2.5, "over"},
		{"no target", 99, 0, ""},
	}
	for _, tt := range tests {
		if got := verdict(tt.got, tt.most); got != tt.want {
			t.Errorf("%s: verdict = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	if got := median([]int{9, 1, 5}); got != 5 {
		t.Errorf("median = %d, want 5", got)
	}
	if got := median([]int(nil)); got != 0 {
		t.Errorf("median of nothing = %d, want 0", got)
	}
}

func TestRequestsDifferInTheirSerialNumber(t *testing.T) {
	t.Parallel()
	client, server := net.Pipe()
	t.Cleanup(func() { _ = client.Close(); _ = server.Close() })
	c := &conn{net: client, in: bufio.NewReader(client)}
	r := newRequest("POST", "/things", `{"name":"x `+serial+`"}`, "Content-Type: application/json")
	sent := make(chan string, 1)
	go func() {
		buf := make([]byte, 4096)
		n, _ := server.Read(buf)
		sent <- string(buf[:n])
		_, _ = server.Write([]byte("HTTP/1.1 201 Created\r\nX-Other: 1\r\nContent-Length: 3\r\n\r\nabc"))
	}()
	var body bytes.Buffer
	status, err := c.do(&r, 1234, &body)
	if err != nil || status != 201 || body.String() != "abc" {
		t.Errorf("do = %d, %q, %v; want 201, abc", status, body.String(), err)
	}
	if got := <-sent; !strings.HasSuffix(got, `{"name":"x 00001234"}`) || !strings.Contains(got, "\r\nContent-Length: 21\r\n") {
		t.Errorf("sent %q", got)
	}
	if bytes.Contains(r.bytes, []byte("1234")) {
		t.Error("the shared request was changed")
	}
}

func TestForgedTokenDiffersOnlyInItsSignature(t *testing.T) {
	t.Parallel()
	const token = "aaa.bbb.ABCDEFGHIJKLMNOP"
	got := forged(token)
	if got == token || len(got) != len(token) || !strings.HasPrefix(got, "aaa.bbb.") {
		t.Errorf("forged = %q", got)
	}
}
