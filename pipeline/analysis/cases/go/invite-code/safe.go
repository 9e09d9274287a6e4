package invite

import (
	"crypto/rand"
	"encoding/hex"
)

// Code is what a guest shows to be let in.
func Code() (string, error) {
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	return hex.EncodeToString(raw), nil
}
