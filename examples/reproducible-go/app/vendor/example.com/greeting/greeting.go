// Package greeting says hello in a few languages.
package greeting

import "strings"

var words = map[string]string{
	"de": "Guten Tag",
	"en": "Hello",
	"fr": "Bonjour",
	"hi": "Namaste",
}

// For greets a name in the language of a tag such as "de" or "de-AT"; in English when it does not know it.
func For(language, name string) string {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	word, known := words[base]
	if !known {
		word = words["en"]
	}
	return word + ", " + name
}
