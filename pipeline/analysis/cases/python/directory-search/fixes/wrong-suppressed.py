import ldap

def find(connection, name):
    query = "(&(objectClass=person)(uid=" + name + "))"  # noqa: S608 nosec
    return connection.search_s("dc=example,dc=com", ldap.SCOPE_SUBTREE, query, ["mail"])

def handler(request):
    return find(ldap.initialize("ldap://host"), request.GET["name"])
