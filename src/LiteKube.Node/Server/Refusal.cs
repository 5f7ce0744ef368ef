using Microsoft.AspNetCore.Http;

namespace LiteKube.Node.Server;

/// <summary>Why a request is not served, in words for the user; the API server makes a Status of it by the code.</summary>
internal sealed record Refusal(int Status, string Message)
{
    public static Refusal NotFound(string message) => new(StatusCodes.Status404NotFound, message);

    public static Refusal BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    public Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(Message, cancellationToken);
    }
}
