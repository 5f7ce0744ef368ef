using System.Security.Cryptography;
using System.Text;
using LiteKube.Node.Runtime;

namespace LiteKube.Testing.Runtime;

/// <summary>Images of <see cref="FakeRuntime"/>: any reference can be pulled unless <see cref="PullError"/> says otherwise.</summary>
public sealed class FakeImageService(TimeProvider time) : IImageService
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ImageStatus> _byReference = [];
    private readonly List<string> _pulls = [];

    /// <summary>Why a pull of this reference fails; null to let it through.</summary>
    public Func<string, RuntimeException?> PullError { get; set; } = _ => null;

    /// <summary>Why an image, by its id, cannot be removed; null to let it go.</summary>
    public Func<string, RuntimeException?> RemoveError { get; set; } = _ => null;

    public TimeSpan PullTime { get; set; }

    /// <summary>While set, pulls wait for it: for tests that look at what happens meanwhile.</summary>
    public Task? PullGate { get; set; }

    /// <summary>References pulled, in order, with the failed ones.</summary>
    public IReadOnlyList<string> Pulls
    {
        get
        {
            lock (_lock)
                return [.. _pulls];
        }
    }

    /// <summary>An image that is here without a pull.</summary>
    public ImageStatus Add(string reference, string user = "", long sizeBytes = 1 << 20)
    {
        var id = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(reference)));
        var image = new ImageStatus(id, [reference], [reference.Split(':')[0] + "@" + id], sizeBytes, user);
        lock (_lock)
            _byReference[reference] = image;
        return image;
    }

    public ValueTask<ImageStatus?> GetAsync(string reference, CancellationToken cancellationToken)
    {
        lock (_lock)
            return ValueTask.FromResult(_byReference.GetValueOrDefault(reference) ?? _byReference.Values.FirstOrDefault(i => i.Id == reference));
    }

    public ValueTask<IReadOnlyList<ImageStatus>> ListAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return ValueTask.FromResult<IReadOnlyList<ImageStatus>>([.. _byReference.Values.DistinctBy(i => i.Id)]);
    }

    /// <summary>Of the pull that was begun last.</summary>
    public IProgress<PullProgress>? Progress { get; private set; }

    public ValueTask<string> PullAsync(string reference, RegistryCredentials? credentials, CancellationToken cancellationToken) => PullAsync(reference, credentials, null, cancellationToken);

    public async ValueTask<string> PullAsync(string reference, RegistryCredentials? credentials, IProgress<PullProgress>? progress, CancellationToken cancellationToken)
    {
        Progress = progress;
        lock (_lock)
            _pulls.Add(reference);
        if (PullGate is { } gate)
            await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (PullTime > TimeSpan.Zero)
            await Task.Delay(PullTime, time, cancellationToken).ConfigureAwait(false);
        if (PullError(reference) is { } error)
            throw error;
        return Add(reference).Id;
    }

    public ValueTask RemoveAsync(string imageId, CancellationToken cancellationToken)
    {
        if (RemoveError(imageId) is { } error)
            throw error;
        lock (_lock)
        {
            foreach (var reference in _byReference.Where(p => p.Value.Id == imageId).Select(p => p.Key).ToArray())
                _byReference.Remove(reference);
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask<ImageFileSystem> GetFileSystemAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return ValueTask.FromResult(new ImageFileSystem("/", _byReference.Values.DistinctBy(i => i.Id).Sum(i => i.SizeBytes)));
    }
}
