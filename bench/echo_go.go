// An echo server in Go: a goroutine with a buffer for each client, on the runtime's own epoll. Prints its port.
package main

import (
	"fmt"
	"net"
	"os"
)

func echo(client net.Conn) {
	defer client.Close()
	buffer := make([]byte, 16384)
	for {
		got, err := client.Read(buffer)
		if got > 0 {
			if _, failed := client.Write(buffer[:got]); failed != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for {
		if client, err := listener.Accept(); err == nil {
			go echo(client)
		}
	}
}
