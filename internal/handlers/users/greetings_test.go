package users_test

import "testing"

func TestTheGreetingsOfADeletedUserRest(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	id := create(t, admin, person("Gina", "gina@mockcloud.test"))
	path := "/api/v2/users/" + id + "/greetings"
	want(t, admin.Post(t, path, fields{"name": "Hello", "type": "NAME", "ownerType": "USER", "owner": fields{"id": id}}), 200, "")
	want(t, admin.Delete(t, "/api/v2/users/"+id), 200, "")
	want(t, admin.Get(t, path), 404, "general.resource.not.found")
	want(t, admin.Get(t, path+"/defaults"), 404, "general.resource.not.found")
	want(t, admin.Put(t, path+"/defaults", fields{"greetings": fields{}}), 404, "general.resource.not.found")
	want(t, admin.Patch(t, "/api/v2/users/"+id, fields{"state": "active"}), 200, "")
	has(t, want(t, admin.Get(t, path), 200, ""), map[string]string{"total": "1", "entities.0.name": "Hello"})
}
