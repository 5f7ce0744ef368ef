using System.Buffers;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Server.Streams;

/// <summary>
/// Joins a client with a command: stdin and terminal sizes one way, output and the outcome the other. Ends when the command does, when the client
/// goes, or when nothing moves for too long; the command's streams are closed in every case.
/// </summary>
internal sealed class CommandSession(ICommandStreams client, IContainerStreams command, TimeProvider time, TimeSpan idleTimeout)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var idle = new IdleWatch(time, idleTimeout);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, client.Gone, idle.Token);
        using var pumping = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
        var pumps = Task.WhenAll(
            command.Stdin is null ? Task.CompletedTask : EndOnFaultAsync(PumpStdinAsync(command.Stdin, idle, pumping.Token), ended),
            EndOnFaultAsync(PumpSizesAsync(pumping.Token), ended));
        try
        {
            var outcome = await PumpOutputAsync(idle, ended.Token).ConfigureAwait(false);
            await pumping.CancelAsync().ConfigureAwait(false);
            await pumps.ConfigureAwait(false);
            client.StopStdin();
            await client.FinishAsync(outcome, ended.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client went. There is nobody to tell.
        }
        finally
        {
            await pumping.CancelAsync().ConfigureAwait(false);
            await command.DisposeAsync().ConfigureAwait(false);
            await pumps.ConfigureAwait(false);
        }
    }

    /// <summary>A pump that fails by a fault of ours must not leave the session waiting for it.</summary>
    private static async Task EndOnFaultAsync(Task pump, CancellationTokenSource ended)
    {
        try
        {
            await pump.ConfigureAwait(false);
        }
        catch
        {
            await ended.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<CommandOutcome> PumpOutputAsync(IdleWatch idle, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (stream, data) in command.ReadOutputAsync(cancellationToken).ConfigureAwait(false))
            {
                idle.Touch();
                await client.WriteAsync(stream, data, cancellationToken).ConfigureAwait(false);
                idle.Touch();
            }

            return await command.GetExitCodeAsync(cancellationToken).ConfigureAwait(false) is { } code ? CommandOutcome.Exited(code) : CommandOutcome.Success;
        }
        catch (RuntimeException e)
        {
            return CommandOutcome.Failed(e.Message);
        }
    }

    private async Task PumpStdinAsync(Stream stdin, IdleWatch idle, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            int read;
            while ((read = await client.ReadStdinAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                idle.Touch();
                await stdin.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                await stdin.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            await command.CloseStdinAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The command has closed its stdin and goes on without.
            client.StopStdin();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task PumpSizesAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await client.ReadSizeAsync(cancellationToken).ConfigureAwait(false) is { } size)
                await ResizeAsync(size, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The session is over.
        }
    }

    private async Task ResizeAsync(TerminalSize size, CancellationToken cancellationToken)
    {
        try
        {
            await command.ResizeAsync(size.Width, size.Height, cancellationToken).ConfigureAwait(false);
        }
        catch (RuntimeException)
        {
            // The command is just ending; its terminal's size no longer matters.
        }
    }
}
