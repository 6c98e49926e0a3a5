DROP TRIGGER links_stay ON registry_link;
DROP TRIGGER links_never_go ON registry_link;
DROP FUNCTION registry_keep_links();
