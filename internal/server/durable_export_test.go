package server

// CollectionNames names the collections that Check knows.
func CollectionNames() []string {
	var names []string
	for _, c := range collections() {
		names = append(names, c.Label())
	}
	return names
}
