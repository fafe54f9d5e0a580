using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>One connection to a QMP monitor of QEMU.</summary>
/// <remarks>
/// Commands may be given from any thread, and several may be under way; answers find their commands by id. A time limit or a cancellation
/// ends the wait for one command and leaves the connection alone. What breaks the protocol ends the connection, and everybody who waits on
/// it is told so at once. Source: QEMU's QMP specification.
/// </remarks>
public sealed class QmpConnection : IAsyncDisposable
{
    private const int ReadBytes = 64 << 10;
    private const string OutOfBand = "oob";
    private static readonly QmpCommand<QmpNone, QmpNone> Negotiate =
        new("qmp_capabilities", QmpJsonContext.Default.QmpNone, QmpJsonContext.Default.QmpNone);

    private static readonly QmpCommand<QmpEnabled, QmpNone> NegotiateOutOfBand =
        new("qmp_capabilities", QmpJsonContext.Default.QmpEnabled, QmpJsonContext.Default.QmpNone);

    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly QmpInbox _inbox;
    private readonly Channel<(QmpPending Command, byte[] Bytes)> _outbox;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _running;

    private QmpConnection(Stream stream, string address, QmpOptions options, TimeProvider time)
    {
        Address = address;
        _stream = stream;
        _time = time;
        _inbox = new QmpInbox(address, options, time);
        _outbox = Channel.CreateBounded<(QmpPending, byte[])>(new BoundedChannelOptions(options.MaxWaitingCommands) { SingleReader = true });
        _running = RunAsync();
    }

    /// <summary>The monitor, for messages to people.</summary>
    public string Address { get; }

    /// <summary>What QEMU said first.</summary>
    public QmpGreeting Greeting { get; private set; } = null!;

    /// <summary>The process that listens on the socket: QEMU, or whoever passes its monitor on. Null if it is not known here.</summary>
    public int? ServerProcessId { get; private set; }

    /// <summary>Whether commands can be given out of band.</summary>
    public bool IsOutOfBand { get; private set; }

    /// <summary>The events, in their order. It completes when the connection ends: with a <see cref="QmpException"/>, or without one if it was
    /// closed here. A reader that does not keep up ends the connection with <see cref="QmpFault.Flooded"/>.</summary>
    public ChannelReader<QmpEvent> Events => _inbox.Events;

    /// <summary>Is shown every event and every answer as QEMU wrote it, on the thread that receives: it must not block, and must not throw.
    /// Null if nobody looks.</summary>
    public Action<QmpTrace>? Trace
    {
        get => _inbox.Trace;
        set => _inbox.Trace = value;
    }

    /// <summary>Completes when the connection ends: with the failure, or with null if it was closed here. It never fails.</summary>
    public Task<QmpException?> Ended => _inbox.Ended;

    /// <summary>Connects to a UNIX socket, reads the greeting and negotiates.</summary>
    /// <param name="path">The socket's file name, at most 107 bytes.</param>
    /// <param name="options">Time limits and sizes.</param>
    /// <param name="time">Keeps the time limits and stamps events.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="QmpException">There is no monitor that answers.</exception>
    public static async Task<QmpConnection> OpenAsync(string path, QmpOptions options, TimeProvider time, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(options.OpenTimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        NetworkStream stream;
        try
        {
            stream = await QmpSocket.ConnectAsync(path, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw NoGreeting(path, options);
        }

        var server = QmpSocket.ServerOf(stream);
        var connection = await OpenAsync(stream, path, options, time, cancellation).ConfigureAwait(false);
        connection.ServerProcessId = server;
        return connection;
    }

    /// <summary>Reads the greeting from a stream that is connected, and negotiates.</summary>
    /// <param name="stream">The stream. The connection owns it from here on, also when this fails.</param>
    /// <param name="address">The monitor, for messages to people.</param>
    /// <param name="options">Time limits and sizes.</param>
    /// <param name="time">Keeps the time limits and stamps events.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="QmpException">There is no monitor that answers.</exception>
    public static async Task<QmpConnection> OpenAsync(
        Stream stream, string address, QmpOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var connection = new QmpConnection(stream, address, options, time);
        try
        {
            connection.Greeting = await connection._inbox.Greeting.WaitAsync(options.OpenTimeLimit, time, cancellation).ConfigureAwait(false);
            await connection.NegotiateAsync(options, cancellation).ConfigureAwait(false);
            return connection;
        }
        catch (Exception e)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw e is TimeoutException ? NoGreeting(address, options) : e;
        }
    }

    /// <summary>Gives a command without arguments and waits for its answer.</summary>
    /// <inheritdoc cref="ExecuteAsync{TArguments, TReply}(QmpCommand{TArguments, TReply}, TArguments, TimeSpan, CancellationToken)"/>
    public Task<TReply> ExecuteAsync<TReply>(QmpCommand<QmpNone, TReply> command, TimeSpan limit, CancellationToken cancellation) =>
        ExecuteAsync(command, QmpNone.Value, limit, cancellation);

    /// <summary>Gives a command and waits for its answer. Commands are sent in the order of the calls.</summary>
    /// <param name="command">The command.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="limit">The time limit, above 0; or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellation">Ends the wait. A command that was sent is not taken back, and QEMU may execute it.</param>
    /// <exception cref="QmpException">QEMU refused, did not answer in time, or the connection has ended.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Task<TReply> ExecuteAsync<TArguments, TReply>(
        QmpCommand<TArguments, TReply> command, TArguments arguments, TimeSpan limit, CancellationToken cancellation) =>
        ExecuteAsync(command, arguments, "execute", limit, cancellation);

    /// <summary>Gives a command that QEMU executes at once, even if it is busy with another; only where <see cref="IsOutOfBand"/>.</summary>
    /// <inheritdoc cref="ExecuteAsync{TArguments, TReply}(QmpCommand{TArguments, TReply}, TArguments, TimeSpan, CancellationToken)"/>
    public Task<TReply> ExecuteOutOfBandAsync<TArguments, TReply>(
        QmpCommand<TArguments, TReply> command, TArguments arguments, TimeSpan limit, CancellationToken cancellation) =>
        ExecuteAsync(command, arguments, "exec-oob", limit, cancellation);

    private async Task<TReply> ExecuteAsync<TArguments, TReply>(
        QmpCommand<TArguments, TReply> command, TArguments arguments, string verb, TimeSpan limit, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var pending = new QmpPendingReply<TReply>(Address, command.Name, command.Reply);
        var id = _inbox.Expect(pending);
        using var timer = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        try
        {
            await _outbox.Writer.WriteAsync((pending, Request(id, verb, command, arguments)), either.Token).ConfigureAwait(false);
            return await pending.Reply.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            return await pending.Reply.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            pending.GiveUp();
            throw TimedOut(pending, limit);
        }
        finally
        {
            pending.GiveUp();
            _inbox.Forget(id);
        }
    }

    /// <summary>Closes the connection. Commands under way fail with <see cref="QmpFault.Closed"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        End(_inbox.Failure(QmpFault.Closed, "the connection was closed here; open it again"), closedHere: true);
        await _running.ConfigureAwait(false);
    }

    private async Task NegotiateAsync(QmpOptions options, CancellationToken cancellation)
    {
        if (!options.UsesOutOfBand || !Greeting.Capabilities.Contains(OutOfBand))
        {
            await ExecuteAsync(Negotiate, options.OpenTimeLimit, cancellation).ConfigureAwait(false);
            return;
        }

        await ExecuteAsync(NegotiateOutOfBand, new QmpEnabled { Names = [OutOfBand] }, options.OpenTimeLimit, cancellation).ConfigureAwait(false);
        IsOutOfBand = true;
    }

    private static byte[] Request<TArguments, TReply>(long id, string verb, QmpCommand<TArguments, TReply> command, TArguments arguments)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString(verb, command.Name);
            if (arguments is not QmpNone)
            {
                writer.WritePropertyName("arguments"u8);
                JsonSerializer.Serialize(writer, arguments, command.Arguments);
            }

            writer.WriteNumber("id"u8, id);
            writer.WriteEndObject();
        }

        buffer.Write("\r\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    // The socket goes with the connection, not only when its owner closes: a monitor takes no other client before.
    private async Task RunAsync()
    {
        await Task.WhenAll(Task.Run(ReceiveAsync), Task.Run(SendAsync)).ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReceiveAsync()
    {
        var reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: ReadBytes, leaveOpen: true));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(_closing.Token).ConfigureAwait(false);
                var taken = _inbox.Take(read.Buffer);
                reader.AdvanceTo(taken, read.Buffer.End);
                if (read.IsCompleted)
                {
                    throw Lost(null);
                }
            }
        }
        catch (QmpException e)
        {
            End(e);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            End(Lost(e));
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private async Task SendAsync()
    {
        try
        {
            await foreach (var (command, bytes) in _outbox.Reader.ReadAllAsync(_closing.Token).ConfigureAwait(false))
            {
                if (command.TrySend())
                {
                    await _stream.WriteAsync(bytes, _closing.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended, and everybody was told.
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // What QEMU said last is still to be read, so the receiver says why the connection ended.
            await RefuseAllAsync(e).ConfigureAwait(false);
        }
    }

    private async Task RefuseAllAsync(Exception cause)
    {
        try
        {
            await foreach (var (command, _) in _outbox.Reader.ReadAllAsync(_closing.Token).ConfigureAwait(false))
            {
                command.Fail(Lost(cause));
            }
        }
        catch (OperationCanceledException)
        {
            // The receiver has ended.
        }
    }

    private void End(QmpException why, bool closedHere = false)
    {
        _inbox.End(why, closedHere);
        _outbox.Writer.TryComplete();
        _closing.Cancel();
    }

    private QmpException Lost(Exception? cause) => _inbox.Failure(
        QmpFault.Closed, "QEMU closed the connection; check that it still runs, and connect again to see what became of it", cause);

    private QmpException TimedOut(QmpPending command, TimeSpan limit) => new(
        QmpFault.TimedOut,
        command.WasSent
            ? $"{Address}: no answer to {command.Command} within {Quantity.Format(limit)}; QEMU may yet execute it, so ask for its state before going on."
            : $"{Address}: {command.Command} could not be sent within {Quantity.Format(limit)} and will not be executed; QEMU is busy, so try again later.",
        wasSent: command.WasSent);

    private static QmpException NoGreeting(string address, QmpOptions options) => new(
        QmpFault.NoGreeting,
        $"{address}: no greeting within {Quantity.Format(options.OpenTimeLimit)}; another client may use this monitor, which serves one at a time, or this is the socket of a guest agent: disconnect the other client or give QEMU a second -qmp.");
}
