#!/bin/sh
# For each request that a web server gets at /hubspot or /slack. It passes no argument on: what stands behind a `?` in an
# address may reach a CGI program as one.
export HANDOFF_HUBSPOT_CLIENT_SECRET_FILE=/etc/handoff/hubspot.client_secret
export HANDOFF_SLACK_SIGNING_SECRET_FILE=/etc/handoff/slack.signing_secret
case ${SCRIPT_NAME-} in
  */hubspot) from=crm ;;
  */slack) from=chat ;;
  *) printf 'Status: 404 Not Found\n\n' && exit ;;
esac
exec /usr/local/bin/handoff receive "$from" --rules /etc/handoff/rules.toml --db /var/lib/handoff/handoff.db
