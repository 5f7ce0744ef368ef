namespace LiteKube.Api.OpenApi.Gnostic;

/// <param name="Path">The fields around the message, outermost first.</param>
/// <param name="Message">Null for a boolean, which the last field of the path then is.</param>
internal sealed record GnosticChoice(int[] Path, GnosticMessage? Message);
