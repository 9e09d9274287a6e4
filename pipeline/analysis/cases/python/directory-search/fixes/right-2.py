import ldap
from ldap.filter import escape_filter_chars

def find(connection, name):
    query = "(&(objectClass=person)(uid=" + escape_filter_chars(name) + "))"
    return connection.search_s("dc=example,dc=com", ldap.SCOPE_SUBTREE, query, ["mail"])

def handler(request):
    return find(ldap.initialize("ldap://host"), request.GET["name"])
