{{/* The name that everything of a release begins with. */}}
{{- define "darkwake.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* What never changes, for selectors: (dict "root" $ "program" "ingest"). */}}
{{- define "darkwake.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .program }}
{{- end }}

{{- define "darkwake.labels" -}}
{{ include "darkwake.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "darkwake.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* What is wrong with the values and no schema can say. */}}
{{- define "darkwake.check" -}}
{{- if not .Values.kafka.brokers }}{{ fail "kafka.brokers: none: expected [host:port]; the embedded broker serves one machine only" }}{{ end }}
{{- with .Values.kafka.sasl }}{{ if and .mechanism (not .secret) }}{{ fail "kafka.sasl.secret: none: expected a Secret with the keys user and password" }}{{ end }}{{ end }}
{{- if and (gt (int .Values.detect.replicas) 1) (not .Values.detect.store.secret) }}{{ fail (printf "detect.replicas: %d: expected 1 with SQLite; name a Secret with a PostgreSQL url in detect.store.secret" (int .Values.detect.replicas)) }}{{ end }}
{{- if and .Values.web.enabled (not .Values.web.apiKeySecret) }}{{ fail "web.apiKeySecret: none: expected a Secret whose key api-key everybody who reads the page must know" }}{{ end }}
{{- if and .Values.alerts.configMap (gt (int .Values.detect.replicas) 1) }}{{ fail (printf "alerts.configMap with detect.replicas: %d: expected 1, since every replica would tell of every event; or run one detect serve beside them, which can follow the rules, too" (int .Values.detect.replicas)) }}{{ end }}
{{- end }}

{{/* How both programs reach Kafka and are asked for their health. */}}
{{- define "darkwake.args" -}}
- --brokers={{ join "," .Values.kafka.brokers }}
- --partitions={{ int .Values.kafka.partitions }}
- --replicas={{ int .Values.kafka.replicas }}
- --keep={{ .Values.kafka.keep }}
- --admin=0.0.0.0:9464
{{- if .Values.kafka.tls }}
- --tls
{{- end }}
{{- if .Values.kafka.caSecret }}
- --tls-ca=/etc/kafka/tls/ca.crt
{{- end }}
{{- if .Values.kafka.sasl.mechanism }}
- --sasl-mechanism={{ .Values.kafka.sasl.mechanism }}
- --sasl-password-file=/etc/kafka/sasl/password
{{- end }}
{{- end }}

{{- define "darkwake.env" -}}
{{- if .Values.kafka.sasl.mechanism }}
- name: DARKWAKE_SASL_USER
  valueFrom: {secretKeyRef: {name: {{ .Values.kafka.sasl.secret }}, key: user}}
{{- end }}
{{- end }}

{{- define "darkwake.mounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if .Values.kafka.caSecret }}
- {name: kafka-tls, mountPath: /etc/kafka/tls, readOnly: true}
{{- end }}
{{- if .Values.kafka.sasl.mechanism }}
- {name: kafka-sasl, mountPath: /etc/kafka/sasl, readOnly: true}
{{- end }}
{{- end }}

{{- define "darkwake.volumes" -}}
- name: tmp
  emptyDir: {}
{{- if .Values.kafka.caSecret }}
- name: kafka-tls
  secret: {secretName: {{ .Values.kafka.caSecret }}}
{{- end }}
{{- if .Values.kafka.sasl.mechanism }}
- name: kafka-sasl
  secret: {secretName: {{ .Values.kafka.sasl.secret }}, items: [{key: password, path: password}]}
{{- end }}
{{- end }}

{{/* Pod Security Standards, level "restricted". */}}
{{- define "darkwake.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "darkwake.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Ready only when Kafka answers, the state is restored and a feed speaks; restoring may take minutes. */}}
{{- define "darkwake.probes" -}}
startupProbe:
  httpGet: {path: /livez, port: admin}
  periodSeconds: 5
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /livez, port: admin}
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: admin}
  periodSeconds: 10
  timeoutSeconds: 5
{{- end }}
