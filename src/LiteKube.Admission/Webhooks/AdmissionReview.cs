using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Admission.Matching;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;
using LiteKube.Api.Security;

namespace LiteKube.Admission.Webhooks;

/// <summary>What a webhook is asked: the AdmissionReview of admission.k8s.io. v1 and v1beta1 differ in their names alone.</summary>
internal static class AdmissionReview
{
    /// <param name="shown">The object in the form of <paramref name="match"/>; null on delete.</param>
    /// <param name="shownOld">The stored object in that form; null on create and connect.</param>
    public static byte[] Write(string version, string uid, AdmissionRequest request, ResourceMatch match, IResourceForms forms, JsonObject? shown, JsonObject? shownOld)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, "AdmissionReview"u8);
            writer.WriteString("apiVersion"u8, $"admission.k8s.io/{version}");
            writer.WriteStartObject("request"u8);
            writer.WriteString("uid"u8, uid);
            Write(writer, "kind", forms.KindOf(match.Resource, request.Subresource));
            Write(writer, "resource", match.Resource);
            WriteIfAny(writer, "subResource", request.Subresource);
            Write(writer, "requestKind", forms.KindOf(request.RequestResource, request.Subresource));
            Write(writer, "requestResource", request.RequestResource);
            WriteIfAny(writer, "requestSubResource", request.Subresource);
            WriteIfAny(writer, "name", request.Name);
            WriteIfAny(writer, "namespace", request.Namespace);
            writer.WriteString("operation"u8, ResourceRule.OperationOf(request.Operation));
            Write(writer, request.User);
            Write(writer, "object", shown);
            Write(writer, "oldObject", shownOld);
            writer.WriteBoolean("dryRun"u8, request.DryRun);
            Write(writer, "options", request.Options);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, string name, GroupVersionKind kind)
    {
        writer.WriteStartObject(name);
        writer.WriteString("group"u8, kind.Group);
        writer.WriteString("version"u8, kind.Version);
        writer.WriteString("kind"u8, kind.Kind);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, ResourceType resource)
    {
        writer.WriteStartObject(name);
        writer.WriteString("group"u8, resource.Group);
        writer.WriteString("version"u8, resource.Version);
        writer.WriteString("resource"u8, resource.Plural);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, UserInfo user)
    {
        writer.WriteStartObject("userInfo"u8);
        WriteIfAny(writer, "username", user.Name);
        WriteIfAny(writer, "uid", user.Uid);
        Write(writer, "groups", user.Groups);
        if (user.Extra.Count > 0)
        {
            writer.WriteStartObject("extra"u8);
            foreach (var (key, values) in user.Extra)
                Write(writer, key, values);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
            return;
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, string name, JsonObject? tree)
    {
        writer.WritePropertyName(name);
        if (tree is null)
            writer.WriteNullValue();
        else
            tree.WriteTo(writer);
    }

    private static void WriteIfAny(Utf8JsonWriter writer, string name, string value)
    {
        if (value.Length > 0)
            writer.WriteString(name, value);
    }
}
