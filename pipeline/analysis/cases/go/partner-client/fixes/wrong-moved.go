package partner

import (
	"crypto/tls"
	"net/http"
	"time"
)

func NewClient() *http.Client {
	unchecked := true
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			InsecureSkipVerify: unchecked,
		},
	}
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}
}
