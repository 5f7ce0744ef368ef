using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;

namespace LiteKube.ApiServer.Streaming;

/// <summary>A backend's refusal as a Status: its own, where it sent one, else its text under the reason of its code.</summary>
internal static class BackendRefusal
{
    public static ApiException Of(int code, string body)
    {
        if (body.StartsWith('{') && TryStatus(body) is { } status)
            return ApiException.Of(status);
        var reason = Enum.GetValues<StatusReason>().FirstOrDefault(r => r != StatusReason.Unknown && r.HttpStatus() == code);
        var text = body.Trim();
        return reason == StatusReason.Unknown
            ? new ApiException(StatusReason.InternalError, text.Length == 0 ? $"the backend answered {code}" : text)
            : new ApiException(reason, text.Length == 0 ? $"the backend answered {code}" : text);
    }

    private static Status? TryStatus(string body)
    {
        try
        {
            var status = JsonText.Parse<Status>(body);
            return status.StatusValue == "Failure" && status.Code is > 0 ? status : null;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
