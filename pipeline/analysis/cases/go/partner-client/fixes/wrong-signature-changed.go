package partner

import (
	"crypto/tls"
	"net/http"
	"time"
)

func NewClient(verify bool) *http.Client {
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			InsecureSkipVerify: !verify,
		},
	}
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}
}
