package main

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestGreetsInTheLanguageOfTheRequest(t *testing.T) {
	request := httptest.NewRequest("GET", "/?name=Asha", nil)
	request.Header.Set("Accept-Language", "hi-IN")
	response := httptest.NewRecorder()
	routes(t.TempDir()).ServeHTTP(response, request)
	if got := strings.TrimSpace(response.Body.String()); got != "Namaste, Asha" {
		t.Errorf("got %q", got)
	}
}
