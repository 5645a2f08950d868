package journal

import "context"

type consoleKey struct{}

// FromConsole marks what the console calls by itself to show its pages, and to do what
// their forms say: lists that people look at need not hold it.
func FromConsole(ctx context.Context) context.Context {
	return context.WithValue(ctx, consoleKey{}, true)
}

// OfConsole says whether a request is marked so.
func OfConsole(ctx context.Context) bool {
	marked, _ := ctx.Value(consoleKey{}).(bool)
	return marked
}
