using System.Text.Json;
using System.Text.Unicode;

namespace Planner.Hypervisors;

/// <summary>The outer form of one message: what it is, whom it answers, and where its body is.</summary>
/// <remarks>Source: QEMU's QMP specification, "Protocol Specification". Members that it does not name are passed over.</remarks>
internal struct QmpMessage
{
    /// <summary>What it is.</summary>
    public QmpMessageKind Kind { get; private set; }

    /// <summary>The number of the command that is answered; null if the message has no id that is a whole number.</summary>
    public long? Id { get; private set; }

    /// <summary>Where the value of "QMP", "return" or "data" is; empty if there is none.</summary>
    public Range Body { get; private set; }

    /// <summary>The event's name, or the error's class.</summary>
    public string? Name { get; private set; }

    /// <summary>The error's description.</summary>
    public string? Description { get; private set; }

    /// <summary>When the event happened, since the beginning of 1970; null if QEMU does not know.</summary>
    public TimeSpan? At { get; private set; }

    /// <summary>Reads a whole JSON object.</summary>
    /// <param name="json">The object, and nothing behind it.</param>
    /// <param name="maxDepth">How deep it may be nested.</param>
    /// <param name="message">The message.</param>
    /// <returns>False if this is not a message of QMP.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, int maxDepth, out QmpMessage message)
    {
        message = default;
        try
        {
            return Utf8.IsValid(json) && message.Read(json, maxDepth);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A text with half a surrogate pair is an InvalidOperationException.
            return false;
        }
    }

    private bool Read(ReadOnlySpan<byte> json, int maxDepth)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var kinds = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var kind = KindOf(ref reader);
            if (kind != QmpMessageKind.Unknown)
            {
                Kind = kind;
                kinds++;
            }

            if (!ReadMember(ref reader, kind))
            {
                return false;
            }
        }

        return kinds == 1 && (Kind is not (QmpMessageKind.Event or QmpMessageKind.Error) || Name is not null);
    }

    private static QmpMessageKind KindOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("return"u8) ? QmpMessageKind.Return
        : reader.ValueTextEquals("event"u8) ? QmpMessageKind.Event
        : reader.ValueTextEquals("error"u8) ? QmpMessageKind.Error
        : reader.ValueTextEquals("QMP"u8) ? QmpMessageKind.Greeting
        : QmpMessageKind.Unknown;

    private bool ReadMember(ref Utf8JsonReader reader, QmpMessageKind kind)
    {
        switch (kind)
        {
            case QmpMessageKind.Return or QmpMessageKind.Greeting:
                Body = ReadBody(ref reader);
                return true;
            case QmpMessageKind.Event:
                Name = ReadText(ref reader);
                return Name is not null;
            case QmpMessageKind.Error:
                return ReadError(ref reader);
        }

        if (reader.ValueTextEquals("id"u8))
        {
            reader.Read();
            Id = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var id) ? id : null;
            reader.Skip();
        }
        else if (reader.ValueTextEquals("data"u8))
        {
            Body = ReadBody(ref reader);
        }
        else if (reader.ValueTextEquals("timestamp"u8))
        {
            At = ReadTime(ref reader);
        }
        else
        {
            reader.Read();
            reader.Skip();
        }

        return true;
    }

    private static Range ReadBody(ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        reader.Skip();
        return text;
    }

    private bool ReadError(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isClass = reader.ValueTextEquals("class"u8);
            var isDescription = reader.ValueTextEquals("desc"u8);
            var text = ReadText(ref reader);
            (Name, Description) = (isClass ? text : Name, isDescription ? text : Description);
        }

        return true;
    }

    // QEMU gives -1 for both if it cannot read the clock.
    private static TimeSpan? ReadTime(ref Utf8JsonReader reader)
    {
        const long MostSeconds = 100_000_000_000;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        var (seconds, microseconds) = (-1L, -1L);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSeconds = reader.ValueTextEquals("seconds"u8);
            var isMicroseconds = reader.ValueTextEquals("microseconds"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number))
            {
                (seconds, microseconds) = (isSeconds ? number : seconds, isMicroseconds ? number : microseconds);
            }

            reader.Skip();
        }

        return seconds is >= 0 and <= MostSeconds && microseconds is >= 0 and < 1_000_000
            ? new TimeSpan((seconds * TimeSpan.TicksPerSecond) + (microseconds * TimeSpan.TicksPerMicrosecond))
            : null;
    }
}
