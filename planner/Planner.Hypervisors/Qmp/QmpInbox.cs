using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;

namespace Planner.Hypervisors;

/// <summary>Takes what QEMU sends and hands it to those who wait. It does no input or output, and knows the protocol's rules.</summary>
/// <remarks>
/// Source: QEMU's QMP specification: the greeting comes first; an answer carries the id of its command; an error that answers no command
/// is about bytes that QEMU could not read; events come at any time. <see cref="Take"/> is for one thread, everything else for any.
/// </remarks>
/// <param name="address">The monitor, for messages to people.</param>
/// <param name="options">The limits.</param>
/// <param name="time">Stamps events.</param>
internal sealed class QmpInbox(string address, QmpOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, QmpPending> _pending = [];
    private readonly QmpMessageCutter _cutter = new(options.MaxMessageBytes, options.MaxDepth);
    private readonly TaskCompletionSource<QmpGreeting> _greeting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<QmpException?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<QmpEvent> _events =
        Channel.CreateBounded<QmpEvent>(new BoundedChannelOptions(options.MaxWaitingEvents) { SingleWriter = true });

    private long _lastId;
    private bool _greeted;
    private QmpException? _why;

    /// <summary>The greeting.</summary>
    public Task<QmpGreeting> Greeting => _greeting.Task;

    /// <summary>The events that nobody has taken yet.</summary>
    public ChannelReader<QmpEvent> Events => _events.Reader;

    /// <summary>Ends with the connection: with the failure, or with null if it was closed here.</summary>
    public Task<QmpException?> Ended => _ended.Task;

    /// <summary>Is shown events and answers as they came; null if nobody looks.</summary>
    public Action<QmpTrace>? Trace { get; set; }

    /// <summary>Gives a command its id and waits for its answer from here on.</summary>
    /// <exception cref="QmpException">The connection has ended.</exception>
    public long Expect(QmpPending pending)
    {
        lock (_gate)
        {
            if (_why is not null)
            {
                throw new QmpException(_why.Fault, _why.Message, innerException: _why);
            }

            _pending.Add(++_lastId, pending);
            return _lastId;
        }
    }

    /// <summary>Waits no longer; an answer that still comes is passed over.</summary>
    public void Forget(long id)
    {
        lock (_gate)
        {
            _pending.Remove(id);
        }
    }

    /// <summary>Takes all whole messages.</summary>
    /// <param name="unread">What has arrived and was not taken.</param>
    /// <returns>Where what was taken ends.</returns>
    /// <exception cref="QmpException">What arrived ends the connection.</exception>
    public SequencePosition Take(ReadOnlySequence<byte> unread)
    {
        try
        {
            while (_cutter.TryCut(ref unread, out var message))
            {
                if (message.IsSingleSegment)
                {
                    TakeMessage(message.FirstSpan);
                }
                else
                {
                    TakeInPieces(message);
                }
            }

            return unread.Start;
        }
        catch (JsonException e)
        {
            throw NotAMessage(e);
        }
        catch (InvalidDataException e)
        {
            throw Failure(QmpFault.TooLong, $"it sent {e.Message}; check that a QMP monitor listens there");
        }
    }

    /// <summary>Ends: everybody who waits is told why.</summary>
    /// <param name="why">Why.</param>
    /// <param name="closedHere">Whether this side closed, so that it is no failure.</param>
    public void End(QmpException why, bool closedHere = false)
    {
        List<QmpPending> left;
        lock (_gate)
        {
            if (_why is not null)
            {
                return;
            }

            _why = why;
            left = [.. _pending.Values];
            _pending.Clear();
        }

        left.ForEach(pending => pending.Fail(why));
        if (_greeting.TrySetException(why))
        {
            _ = _greeting.Task.Exception;
        }

        _events.Writer.TryComplete(closedHere ? null : why);
        _ended.TrySetResult(closedHere ? null : why);
    }

    /// <summary>Makes a failure of this monitor.</summary>
    /// <param name="fault">What kind.</param>
    /// <param name="what">What happened and what to do, to follow the address in a sentence.</param>
    /// <param name="cause">The cause, if another exception was.</param>
    public QmpException Failure(QmpFault fault, string what, Exception? cause = null) => new(fault, $"{address}: {what}.", innerException: cause);

    private void TakeInPieces(ReadOnlySequence<byte> message)
    {
        var lengthBytes = (int)message.Length;
        var rented = ArrayPool<byte>.Shared.Rent(lengthBytes);
        try
        {
            message.CopyTo(rented);
            TakeMessage(rented.AsSpan(0, lengthBytes));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void TakeMessage(ReadOnlySpan<byte> json)
    {
        if (!QmpMessage.TryRead(json, options.MaxDepth, out var message) || (message.Kind == QmpMessageKind.Greeting) == _greeted)
        {
            throw NotAMessage(null);
        }

        switch (message.Kind)
        {
            case QmpMessageKind.Greeting:
                TakeGreeting(json[message.Body]);
                break;
            case QmpMessageKind.Event when json.Length > options.MaxEventBytes:
                throw Failure(QmpFault.TooLong, $"its event {Shortened(message.Name!)} has more than {options.MaxEventBytes} bytes; raise the limit of events");
            case QmpMessageKind.Event:
                Trace?.Invoke(new QmpTrace(time.GetTimestamp(), null, json.ToArray()));
                TakeEvent(message, json[message.Body]);
                break;
            default:
                TakeAnswer(message, json[message.Body]);
                break;
        }
    }

    private void TakeGreeting(ReadOnlySpan<byte> body)
    {
        var greeting = JsonSerializer.Deserialize(body, QmpJsonContext.Default.QmpGreetingBody) ?? throw new JsonException("the greeting is empty");
        _greeted = true;
        _greeting.TrySetResult(new QmpGreeting
        {
            Version = greeting.Version,
            Capabilities = [.. greeting.Capabilities.Where(c => c.ValueKind == JsonValueKind.String).Select(c => c.GetString()!)],
        });
    }

    private void TakeEvent(in QmpMessage message, ReadOnlySpan<byte> data)
    {
        if (!options.TakesEvents)
        {
            return;
        }

        var taken = _events.Writer.TryWrite(new QmpEvent
        {
            Name = message.Name!,
            Data = data.ToArray(),
            At = message.At,
            ReceivedTimestamp = time.GetTimestamp(),
        });
        if (!taken)
        {
            throw Failure(QmpFault.Flooded, $"{options.MaxWaitingEvents} events wait and another came; take them faster, or open the connection without events");
        }
    }

    private void TakeAnswer(in QmpMessage message, ReadOnlySpan<byte> body)
    {
        QmpPending? pending = null;
        if (message.Id is not { } id || !Answers(id, out pending))
        {
            throw message is { Id: null, Kind: QmpMessageKind.Error }
                ? Failure(QmpFault.Malformed, $"QEMU could not read what was sent ({Shortened(message.Description ?? message.Name!)}); open the connection again")
                : Failure(QmpFault.Malformed, "it answered a command that was never sent; open the connection again");
        }

        if (message.Kind == QmpMessageKind.Return)
        {
            if (pending is not null)
            {
                Trace?.Invoke(new QmpTrace(time.GetTimestamp(), pending.Command, body.ToArray()));
            }

            pending?.Return(body);
        }
        else
        {
            pending?.Fail(Refusal(pending.Command, message.Name!, message.Description ?? ""));
        }
    }

    /// <summary>Finds the command that an answer belongs to.</summary>
    /// <returns>False if no command ever had this id. A command that nobody waits for any more is null.</returns>
    private bool Answers(long id, out QmpPending? pending)
    {
        lock (_gate)
        {
            _pending.Remove(id, out pending);
            return id > 0 && id <= _lastId;
        }
    }

    private QmpException Refusal(string command, string errorClass, string description) => new(
        QmpFault.Refused, $"{address}: QEMU refused {command}: {Shortened(description)} ({Shortened(errorClass)}).", errorClass, description);

    private QmpException NotAMessage(Exception? cause) => _greeted
        ? Failure(QmpFault.Malformed, "it sent what is no message of QMP; open the connection again", cause)
        : Failure(QmpFault.NotQmp, "what listens there does not speak QMP; name the socket of a QMP monitor, such as that of -qmp unix:PATH,server=on", cause);

    private static string Shortened(string text)
    {
        const int Most = 500;
        return (text.Length <= Most ? text : text[..Most] + "...").TrimEnd('.', '\n', '\r');
    }
}
