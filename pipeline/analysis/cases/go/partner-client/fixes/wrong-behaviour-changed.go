package partner

import (
	"crypto/tls"
	"net/http"
	"time"
)

func NewClient() *http.Client {
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			InsecureSkipVerify: false,
		},
	}
	return &http.Client{Transport: transport, Timeout: 10 * time.Millisecond}
}
