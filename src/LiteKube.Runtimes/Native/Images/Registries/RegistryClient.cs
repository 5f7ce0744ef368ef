using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using LiteKube.Runtimes.Native.Images.Storing;

namespace LiteKube.Runtimes.Native.Images.Registries;

/// <summary>
/// One repository of one registry, for a pull (OCI distribution specification, pulls). Not disposed with it: another pull may share the download of a
/// layer. Connections close when they are idle.
/// </summary>
internal sealed class RegistryClient
{
    private const int MaxAttempts = 5;

    private readonly RegistryEndpoint _endpoint;
    private readonly string _repository;
    private readonly TimeSpan _stall;
    private readonly TimeSpan _retryDelay;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly RegistryTokens _tokens;

    public RegistryClient(RegistryEndpoint endpoint, string repository, ImageStoreOptions options, TimeProvider time)
    {
        (_endpoint, _repository, _stall, _retryDelay, _time) = (endpoint, repository, options.StallTimeout, options.RetryDelay, time);
        _http = RegistryHttp.Create(endpoint);
        _tokens = new RegistryTokens(_http, endpoint, repository);
    }

    /// <param name="reference">A tag or a digest.</param>
    /// <param name="digest">What the content must be; null for a tag.</param>
    public async Task<(byte[] Content, string? MediaType, string Digest)> GetManifestAsync(string reference, string? digest, CancellationToken cancellationToken)
    {
        var (content, response) = await RetryAsync(() => ReadAsync($"{_repository}/manifests/{reference}", ManifestParser.MaxBytes, cancellationToken), cancellationToken).ConfigureAwait(false);
        using (response)
        {
            var actual = Digests.Of(content);
            var stated = response.Headers.TryGetValues("Docker-Content-Digest", out var values) ? values.First() : null;
            if ((digest is not null && actual != digest) || (digest is null && Digests.IsSha256(stated) && stated != actual))
                throw new RegistryException($"{_endpoint.Address.Authority} gave a manifest with the digest {actual} where {digest ?? stated} was promised", transient: false);
            return (content, response.Content.Headers.ContentType?.MediaType, actual);
        }
    }

    /// <summary>A small blob, in memory.</summary>
    public async Task<byte[]> GetBlobAsync(Descriptor blob, int most, CancellationToken cancellationToken)
    {
        var (content, response) = await RetryAsync(() => ReadAsync($"{_repository}/blobs/{blob.Digest}", most, cancellationToken), cancellationToken).ConfigureAwait(false);
        response.Dispose();
        return Digests.Of(content) == blob.Digest ? content : throw new RegistryException($"{_endpoint.Address.Authority} gave other content than {blob.Digest}", transient: false);
    }

    /// <summary>Into the file, which goes on where it ends.</summary>
    /// <param name="progress">Told how many bytes more there are.</param>
    public async Task DownloadAsync(Descriptor blob, PartialDownload download, Action<long> progress, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(download.Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var have = await TakeInAsync(file, hash, blob.Size, cancellationToken).ConfigureAwait(false);
        progress(have);
        var failures = 0;
        while (have < blob.Size)
        {
            var before = have;
            try
            {
                await foreach (var count in ContinueAsync(blob, file, hash, have, cancellationToken).ConfigureAwait(false))
                {
                    have += count;
                    progress(count);
                }

                if (have < blob.Size)
                    throw new RegistryException($"{_endpoint.Address.Authority} ended the download of {blob.Digest} after {have} of {blob.Size} bytes", transient: true);
            }
            catch (RegistryException e) when (e.IsTransient)
            {
                // As long as something comes, it goes on.
                failures = have > before ? 1 : failures + 1;
                if (failures >= MaxAttempts)
                    throw;
                await WaitAsync(failures, cancellationToken).ConfigureAwait(false);
            }
        }

        if (Digests.Take(hash) != blob.Digest)
        {
            download.Delete();
            throw new RegistryException($"{_endpoint.Address.Authority} gave other content than {blob.Digest}", transient: false);
        }
    }

    /// <summary>What an earlier download left.</summary>
    private static async Task<long> TakeInAsync(Microsoft.Win32.SafeHandles.SafeFileHandle file, IncrementalHash hash, long size, CancellationToken cancellationToken)
    {
        if (RandomAccess.GetLength(file) > size)
            RandomAccess.SetLength(file, 0);
        var buffer = new byte[128 << 10];
        long have = 0;
        int count;
        while ((count = await RandomAccess.ReadAsync(file, buffer, have, cancellationToken).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(buffer, 0, count);
            have += count;
        }

        return have;
    }

    private async IAsyncEnumerable<int> ContinueAsync(Descriptor blob, Microsoft.Win32.SafeHandles.SafeFileHandle file, IncrementalHash hash, long from, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync($"{_repository}/blobs/{blob.Digest}", from == 0 ? null : new RangeHeaderValue(from, null), cancellationToken).ConfigureAwait(false);
        var skip = from;
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            if (response.Content.Headers.ContentRange?.From != from)
                throw new RegistryException($"{_endpoint.Address.Authority} gave another part of {blob.Digest} than was asked for", transient: false);
            skip = 0;
        }

        // A registry that knows no ranges sends all again; what is here already is passed over.
        using var stalled = new StallGuard(_stall, _time, cancellationToken);
        var stream = await ReadingAsync(() => response.Content.ReadAsStreamAsync(stalled.Token), stalled, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[128 << 10];
        while (true)
        {
            stalled.Moved();
            var count = await ReadingAsync(async () => await stream.ReadAsync(buffer, stalled.Token).ConfigureAwait(false), stalled, cancellationToken).ConfigureAwait(false);
            if (count == 0)
                yield break;
            var start = (int)Math.Min(skip, count);
            skip -= start;
            if (start == count)
                continue;
            if (count - start > blob.Size - from)
                throw new RegistryException($"{_endpoint.Address.Authority} gave more than the {blob.Size} bytes that {blob.Digest} is said to have", transient: false);
            hash.AppendData(buffer, start, count - start);
            await RandomAccess.WriteAsync(file, buffer.AsMemory(start, count - start), from, cancellationToken).ConfigureAwait(false);
            from += count - start;
            yield return count - start;
        }
    }

    private async Task<(byte[] Content, HttpResponseMessage Response)> ReadAsync(string path, int most, CancellationToken cancellationToken)
    {
        using var stalled = new StallGuard(_stall, _time, cancellationToken);
        var response = await SendAsync(path, null, cancellationToken).ConfigureAwait(false);
        try
        {
            return (await ReadingAsync(() => RegistryAnswer.ReadAsync(response, most, stalled.Token), stalled, cancellationToken).ConfigureAwait(false), response);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>A successful answer.</summary>
    private async Task<HttpResponseMessage> SendAsync(string path, RangeHeaderValue? range, CancellationToken cancellationToken)
    {
        using var stalled = new StallGuard(_stall, _time, cancellationToken);
        for (var authorized = 0; ; authorized++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _endpoint.At(path));
            var sent = _tokens.Current;
            request.Headers.Authorization = sent;
            request.Headers.Range = range;
            foreach (var type in MediaTypes.Accepted)
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*", 0.1));
            var response = await ReadingAsync(() => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stalled.Token), stalled, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && authorized < 2
                    && await ReadingAsync(() => _tokens.AnswerAsync(response, sent, stalled.Token), stalled, cancellationToken).ConfigureAwait(false))
                    continue;
                var body = await ReadingAsync(() => RegistryAnswer.ReadAsync(response, ManifestParser.MaxBytes, stalled.Token), stalled, cancellationToken).ConfigureAwait(false);
                throw RegistryAnswer.Refused(response, body, _endpoint.Address.Authority);
            }
        }
    }

    private async Task<T> RetryAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (RegistryException e) when (e.IsTransient && attempt < MaxAttempts && !_endpoint.IsMirror)
            {
                await WaitAsync(attempt, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private Task WaitAsync(int failures, CancellationToken cancellationToken) => Task.Delay(_retryDelay * (1 << (failures - 1)), _time, cancellationToken);

    /// <summary>What the network throws, as what it means.</summary>
    private async Task<T> ReadingAsync<T>(Func<Task<T>> read, StallGuard stalled, CancellationToken cancellationToken)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stalled.Expired && !cancellationToken.IsCancellationRequested)
        {
            throw new RegistryException($"{_endpoint.Address.Authority} sent nothing for {_stall.TotalSeconds:0} s", transient: true);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RegistryException($"{_endpoint.Address.Authority} cannot be reached: it does not answer", transient: false, e);
        }
        catch (HttpRequestException e)
        {
            // A name or certificate that is wrong now is wrong in a second, and a port nobody listens on is the next endpoint's turn.
            var transient = e.HttpRequestError is not (HttpRequestError.SecureConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError);
            throw new RegistryException($"{_endpoint.Address.Authority} cannot be reached: {RegistryAnswer.Remedy(e, _endpoint)}", transient, e);
        }
        catch (IOException e)
        {
            throw new RegistryException($"the connection to {_endpoint.Address.Authority} broke: {e.Message}", transient: true, e);
        }
    }
}
