using System.Buffers;
using System.Text.Json;

namespace Planner.Hypervisors;

/// <summary>Cuts a stream into messages where a JSON object ends.</summary>
/// <remarks>The specification ends a message with CR and LF. A monitor with pretty=on also has them within a message, so the JSON counts.</remarks>
/// <param name="maxBytes">The longest message, in bytes.</param>
/// <param name="maxDepth">How deep a message may be nested.</param>
internal sealed class QmpMessageCutter(int maxBytes, int maxDepth)
{
    private static readonly SearchValues<byte> Brackets = SearchValues.Create("{}[]"u8);
    private readonly JsonReaderOptions _options = new() { MaxDepth = maxDepth + 1 };

    // How far into the message that is not whole yet: what was read as JSON, and what was looked at for brackets.
    private JsonReaderState _state;
    private long _readBytes;
    private long _searchedBytes;

    /// <summary>Cuts the next message off.</summary>
    /// <param name="unread">What has arrived and was not cut off; a call that returns false has to be followed by one with the same bytes and more.</param>
    /// <param name="message">The message.</param>
    /// <returns>False if no whole message is there.</returns>
    /// <exception cref="JsonException">This is not JSON, or not an object.</exception>
    /// <exception cref="InvalidDataException">The message is too long or nested too deep; the message of the exception says which.</exception>
    public bool TryCut(ref ReadOnlySequence<byte> unread, out ReadOnlySequence<byte> message)
    {
        message = default;
        if (_searchedBytes == 0 && !StartMessage(ref unread))
        {
            return false;
        }

        // A long text that arrives in pieces is not read again with each of them.
        var hasBrackets = HasBrackets(unread.Slice(_searchedBytes));
        _searchedBytes = unread.Length;
        if (hasBrackets && TryFindEnd(unread, out var endBytes))
        {
            message = unread.Slice(0, endBytes);
            unread = unread.Slice(endBytes);
            (_readBytes, _searchedBytes) = (0, 0);
            return message.Length <= maxBytes ? true : throw TooLong();
        }

        return unread.Length > maxBytes ? throw TooLong() : false;
    }

    private bool StartMessage(ref ReadOnlySequence<byte> unread)
    {
        var reader = new SequenceReader<byte>(unread);
        reader.AdvancePastAny((byte)' ', (byte)'\t', (byte)'\r', (byte)'\n');
        unread = reader.UnreadSequence;
        if (!reader.TryPeek(out var first))
        {
            return false;
        }

        _state = new JsonReaderState(_options);
        return first == (byte)'{' ? true : throw new JsonException("an object was expected");
    }

    private static bool HasBrackets(ReadOnlySequence<byte> bytes)
    {
        foreach (var piece in bytes)
        {
            if (piece.Span.ContainsAny(Brackets))
            {
                return true;
            }
        }

        return false;
    }

    private bool TryFindEnd(ReadOnlySequence<byte> unread, out long endBytes)
    {
        var reader = new Utf8JsonReader(unread.Slice(_readBytes), isFinalBlock: false, _state);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= maxDepth)
            {
                throw new InvalidDataException($"a message that is nested more than {maxDepth} deep");
            }

            if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == 0)
            {
                endBytes = _readBytes + reader.BytesConsumed;
                return true;
            }
        }

        _readBytes += reader.BytesConsumed;
        _state = reader.CurrentState;
        endBytes = 0;
        return false;
    }

    private InvalidDataException TooLong() => new($"a message of more than {maxBytes} bytes");
}
