package main

import (
	"io"
	"log"
	"net/http"
)

var pages = map[string]string{
	"status": "https://status.example.com/",
}

func preview(w http.ResponseWriter, r *http.Request) {
	answer, err := http.Get(pages[r.URL.Query().Get("page")])
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
