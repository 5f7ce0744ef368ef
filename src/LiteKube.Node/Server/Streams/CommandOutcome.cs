using System.Globalization;
using System.Text.Json;

namespace LiteKube.Node.Server.Streams;

/// <summary>How a command ended, in the two forms that Kubernetes' streaming protocols have for it.</summary>
internal sealed record CommandOutcome(int ExitCode, string? Error)
{
    public static readonly CommandOutcome Success = new(0, null);

    public bool IsSuccess => Error is null && ExitCode == 0;

    public static CommandOutcome Exited(int code) => new(code, null);

    public static CommandOutcome Failed(string error) => new(-1, error);

    /// <summary>Plain text, for protocols before v4.</summary>
    public string Text => Error ?? string.Create(CultureInfo.InvariantCulture, $"command terminated with non-zero exit code: exit status {ExitCode}");

    /// <summary>A Status, from v4 on: NonZeroExitCode with the code as its cause, or InternalError.</summary>
    public byte[] ToStatus()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata"u8);
            json.WriteEndObject();
            json.WriteString("status"u8, IsSuccess ? "Success"u8 : "Failure"u8);
            if (!IsSuccess)
                WriteFailure(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private void WriteFailure(Utf8JsonWriter json)
    {
        json.WriteString("message"u8, Text);
        json.WriteString("reason"u8, Error is null ? "NonZeroExitCode"u8 : "InternalError"u8);
        json.WriteStartObject("details"u8);
        json.WriteStartArray("causes"u8);
        json.WriteStartObject();
        if (Error is null)
        {
            json.WriteString("reason"u8, "ExitCode"u8);
            json.WriteString("message"u8, ExitCode.ToString(CultureInfo.InvariantCulture));
        }
        else
        {
            json.WriteString("message"u8, Error);
        }

        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        if (Error is not null)
            json.WriteNumber("code"u8, 500);
    }
}
