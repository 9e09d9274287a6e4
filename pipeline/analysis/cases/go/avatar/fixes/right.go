package main

import (
	"log"
	"net/http"
	"os"
	"path/filepath"
)

func avatar(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("name")
	if !filepath.IsLocal(name) {
		http.NotFound(w, r)
		return
	}
	data, err := os.ReadFile(filepath.Join("avatars", name))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Write(data)
}

func main() {
	http.HandleFunc("/avatar", avatar)
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", nil))
}
