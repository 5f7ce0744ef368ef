using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Protobuf;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Http;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Audit;

/// <summary>An Event of audit.k8s.io/v1 as a line of JSON. (https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/)</summary>
internal static class AuditEventWriter
{
    public static byte[] Write(AuditRecord record, AuditStages stage)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
            Write(json, record, stage);
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, AuditRecord record, AuditStages stage)
    {
        json.WriteStartObject();
        json.WriteString("kind", "Event");
        json.WriteString("apiVersion", "audit.k8s.io/v1");
        json.WriteString("level", record.Rule.Level.ToString());
        json.WriteString("auditID", record.Id);
        json.WriteString("stage", stage.ToString());
        json.WriteString("requestURI", record.RequestUri);
        json.WriteString("verb", record.Verb);
        WriteUser(json, "user", record.User);
        if (record.Impersonated is not null)
            WriteUser(json, "impersonatedUser", record.Impersonated);
        WriteTexts(json, "sourceIPs", record.SourceIps);
        if (record.UserAgent.Length > 0)
            json.WriteString("userAgent", record.UserAgent);
        if (record.Request is { } request)
            WriteReference(json, record, request);
        if (stage != AuditStages.RequestReceived)
            WriteStatus(json, record);
        if (record.Rule.Level >= AuditLevel.Request && stage is AuditStages.ResponseComplete or AuditStages.ResponseStarted or AuditStages.Panic)
            WriteBodies(json, record, stage);
        json.WriteString("requestReceivedTimestamp", Time(record.Received));
        json.WriteString("stageTimestamp", Time(record.StageTime));
        WriteAnnotations(json, record);
        json.WriteEndObject();
    }

    private static void WriteUser(Utf8JsonWriter json, string name, UserInfo? user)
    {
        json.WriteStartObject(name);
        if (user is not null)
        {
            json.WriteString("username", user.Name);
            if (user.Uid.Length > 0)
                json.WriteString("uid", user.Uid);
            WriteTexts(json, "groups", user.Groups);
            if (user.Extra.Count > 0)
            {
                json.WriteStartObject("extra");
                foreach (var (key, values) in user.Extra)
                    WriteTexts(json, key, values);
                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
    }

    private static void WriteReference(Utf8JsonWriter json, AuditRecord record, ApiRequest request)
    {
        var type = request.Resource.Type;
        var answered = (record.Result as ObjectResult)?.Object.Header;
        json.WriteStartObject("objectRef");
        json.WriteString("resource", type.Plural);
        if (request.Namespace.Length > 0)
            json.WriteString("namespace", request.Namespace);
        // What is created has its name in the answer.
        if ((request.Name.Length > 0 ? request.Name : request.Verb == "create" ? answered?.Name : null) is { Length: > 0 } name)
            json.WriteString("name", name);
        if (answered is { Uid.Length: > 0 })
            json.WriteString("uid", answered.Uid);
        if (type.Group.Length > 0)
            json.WriteString("apiGroup", type.Group);
        json.WriteString("apiVersion", type.Version);
        if (request.Subresource.Length > 0)
            json.WriteString("subresource", request.Subresource);
        json.WriteEndObject();
    }

    private static void WriteStatus(Utf8JsonWriter json, AuditRecord record)
    {
        json.WriteStartObject("responseStatus");
        json.WriteStartObject("metadata");
        json.WriteEndObject();
        if (record.Failure is { } failure)
        {
            json.WriteString("status", "Failure");
            if (failure.Message is { } message)
                json.WriteString("message", message);
            if (failure.Reason is { } reason)
                json.WriteString("reason", reason);
        }

        if ((record.Failure?.Code ?? record.Code) is { } code)
            json.WriteNumber("code", code);
        json.WriteEndObject();
    }

    private static void WriteBodies(Utf8JsonWriter json, AuditRecord record, AuditStages stage)
    {
        if (record.Request is { } request && !request.Body.Bytes.IsEmpty)
            WriteBody(json, "requestObject", RequestBodyOf(request), record.Rule.OmitManagedFields);
        if (record.Rule.Level < AuditLevel.RequestResponse || stage != AuditStages.ResponseComplete)
            return;
        if (record.Failure is { } failure)
            WriteBody(json, "responseObject", JsonText.Bytes(failure), false);
        else if (record.Result is ObjectResult one)
            WriteBody(json, "responseObject", one.Object.Json, record.Rule.OmitManagedFields);
        else if (record.Result is ListResult list)
            WriteBody(json, "responseObject", BytesOf(list), record.Rule.OmitManagedFields);
    }

    private static void WriteBody(Utf8JsonWriter json, string name, ReadOnlyMemory<byte> body, bool omitManagedFields)
    {
        if (body.IsEmpty)
            return;
        json.WritePropertyName(name);
        if (!omitManagedFields)
        {
            json.WriteRawValue(body.Span, skipInputValidation: true);
            return;
        }

        var tree = JsonNode.Parse(body.Span);
        if (tree is JsonObject whole)
        {
            whole.Object("metadata")?.Remove("managedFields");
            foreach (var item in whole.Array("items") ?? [])
                (item as JsonObject).Object("metadata")?.Remove("managedFields");
        }

        json.WriteRawValue(JsonTree.Write(tree!), skipInputValidation: true);
    }

    /// <summary>The body as JSON without line ends; empty where it is nothing that can be read.</summary>
    private static ReadOnlyMemory<byte> RequestBodyOf(ApiRequest request)
    {
        try
        {
            return request.Body.MediaType switch
            {
                ProtobufCodec.ContentType => JsonTree.Write(ProtobufCodec.Decode(request.Body.Bytes.Span, request.Resource.Kind)),
                ResultWriter.YamlType or "application/apply-patch+yaml" => JsonTree.Write(Yaml.ToTree(request.Body.Bytes.Span)),
                _ => Compact(request.Body.Bytes),
            };
        }
        catch (Exception e) when (e is ApiException or JsonException or FormatException)
        {
            return default;
        }
    }

    private static byte[] Compact(ReadOnlyMemory<byte> text)
    {
        using var document = JsonDocument.Parse(text);
        var buffer = new ArrayBufferWriter<byte>(text.Length);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
            document.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] BytesOf(ListResult list)
    {
        var (length, parts) = ListBytes.Of(list);
        var whole = new ArrayBufferWriter<byte>((int)length);
        foreach (var part in parts)
            whole.Write(part.Span);
        return whole.WrittenSpan.TrimEnd((byte)'\n').ToArray();
    }

    private static void WriteAnnotations(Utf8JsonWriter json, AuditRecord record)
    {
        var more = record.Request is { HasAuditAnnotations: true } request ? request.AuditAnnotations : null;
        if (record.Decision is null && more is null)
            return;
        json.WriteStartObject("annotations");
        if (record.Decision is not null)
        {
            json.WriteString("authorization.k8s.io/decision", record.Decision);
            json.WriteString("authorization.k8s.io/reason", record.Reason);
        }

        foreach (var (key, value) in more ?? [])
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
