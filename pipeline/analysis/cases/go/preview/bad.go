package main

import (
	"io"
	"log"
	"net/http"
)

func preview(w http.ResponseWriter, r *http.Request) {
	answer, err := http.Get(r.URL.Query().Get("url"))
	if err != nil {
		http.Error(w, "not reachable", http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	io.Copy(w, io.LimitReader(answer.Body, 65536))
}

func main() {
	http.HandleFunc("/preview", preview)
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", nil))
}
