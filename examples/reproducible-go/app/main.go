// Command reproducible greets over HTTP. It is small on purpose: what matters is that everyone who builds it gets
// the same bytes.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"

	"example.com/greeting"
)

func main() {
	listen := flag.String("listen", ":8080", "address to listen on")
	assets := flag.String("assets", "/app/assets", "directory served below /assets/")
	once := flag.Bool("once", false, "print one greeting and exit")
	flag.Parse()
	if *once {
		fmt.Println(greeting.For(os.Getenv("LANG"), "world"))
		return
	}
	log.Printf("listening on %s", *listen)
	log.Fatal(http.ListenAndServe(*listen, routes(*assets)))
}

func routes(assets string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/assets/", http.StripPrefix("/assets/", http.FileServer(http.Dir(assets))))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Query().Get("name")
		if name == "" {
			name = "world"
		}
		fmt.Fprintln(w, greeting.For(r.Header.Get("Accept-Language"), name))
	})
	return mux
}
