using System.Text.Json;

namespace LiteKube.Api.OpenApi.Gnostic;

/// <param name="Number">Of the field.</param>
/// <param name="Form">How the value is written.</param>
/// <param name="Of">The message that the value, or each of its parts, is.</param>
/// <param name="Choice">For values that are one of several messages: the fields that lead to the one, and what it is; null where the message itself is meant.</param>
/// <param name="Entry">Of a map: the number of its pairs.</param>
internal sealed record GnosticField(int Number, GnosticForm Form, Func<GnosticMessage>? Of = null, Func<JsonElement, GnosticChoice>? Choice = null, int Entry = 1);
