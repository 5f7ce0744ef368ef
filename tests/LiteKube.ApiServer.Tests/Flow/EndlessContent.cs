using System.Net;
using System.Text;

namespace LiteKube.ApiServer.Tests.Flow;

/// <summary>A body of which nothing is sent until the test says what.</summary>
internal sealed class EndlessContent : HttpContent
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _text = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EndlessContent() => Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/json");

    public Task Begun => _begun.Task;

    public void Finish(string text) => _text.TrySetResult(text);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.FlushAsync();
        _begun.TrySetResult();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(await _text.Task));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
