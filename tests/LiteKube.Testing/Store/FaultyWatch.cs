using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using LiteKube.Store;

namespace LiteKube.Testing;

/// <summary>A watch that a <see cref="FaultyStore"/> can break.</summary>
internal sealed class FaultyWatch : ChannelReader<StoreEvent>, IStoreWatch
{
    private readonly IStoreWatch _inner;
    private readonly Action<FaultyWatch> _forget;
    private readonly Channel<StoreEvent> _broken = Channel.CreateUnbounded<StoreEvent>();

    public FaultyWatch(IStoreWatch inner, string prefix, Action<FaultyWatch> forget) => (_inner, Prefix, _forget) = (inner, prefix, forget);

    public string Prefix { get; }

    public bool SharesTurns
    {
        get => _inner.SharesTurns;
        set => _inner.SharesTurns = value;
    }

    public ChannelReader<StoreEvent> Events => this;

    public override Task Completion => Task.WhenAny(_broken.Reader.Completion, _inner.Events.Completion).Unwrap();

    public override bool TryRead([MaybeNullWhen(false)] out StoreEvent item)
    {
        item = null;
        return !_broken.Reader.Completion.IsCompleted && _inner.Events.TryRead(out item);
    }

    public override async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (_broken.Reader.Completion.IsCompleted)
            return await _broken.Reader.WaitToReadAsync(cancellationToken);
        var more = _inner.Events.WaitToReadAsync(cancellationToken).AsTask();
        var first = await Task.WhenAny(more, _broken.Reader.Completion);
        return first == more ? await more : await _broken.Reader.WaitToReadAsync(cancellationToken);
    }

    public void Break(Exception error) => _broken.Writer.TryComplete(error);

    public void Dispose()
    {
        _forget(this);
        _inner.Dispose();
    }
}
