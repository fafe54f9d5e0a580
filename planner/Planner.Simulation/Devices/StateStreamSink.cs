using System.IO.Hashing;

namespace Planner.Simulation;

/// <summary>The stream of a resuming device: takes an image and judges whether it is whole and in order. Keeps none of its bytes.</summary>
internal sealed class StateStreamSink
{
    private readonly byte[] _header = new byte[StateStreamFormat.HeaderBytes];
    private readonly XxHash3 _hash = new();
    private int _headerCount;
    private long _payloadLeft;
    private long _sequence;
    private ulong _content;
    private bool _final;
    private bool _ended;
    private bool _broken;

    /// <summary>Whether exactly one whole image has arrived, every byte of it and in order.</summary>
    public bool IsComplete => _ended && !_broken;

    /// <summary>What the guest will see in the device, once the image is complete.</summary>
    public ulong GuestValue { get; private set; }

    /// <summary>Whether nothing was written yet.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>Takes the next bytes.</summary>
    public void Write(ReadOnlySpan<byte> data)
    {
        IsEmpty &= data.IsEmpty;
        while (!data.IsEmpty && !_broken)
        {
            if (_ended)
            {
                // Not even one byte may follow the end.
                _broken = true;
                return;
            }

            data = _payloadLeft > 0 ? TakePayload(data) : TakeHeader(data);
        }
    }

    private ReadOnlySpan<byte> TakePayload(ReadOnlySpan<byte> data)
    {
        var count = (int)Math.Min(_payloadLeft, data.Length);
        _hash.Append(data[..count]);
        _payloadLeft -= count;
        return data[count..];
    }

    private ReadOnlySpan<byte> TakeHeader(ReadOnlySpan<byte> data)
    {
        var count = Math.Min(StateStreamFormat.HeaderBytes - _headerCount, data.Length);
        data[..count].CopyTo(_header.AsSpan(_headerCount));
        _headerCount += count;
        if (_headerCount == StateStreamFormat.HeaderBytes)
        {
            _headerCount = 0;
            _broken = !TryTakeSection();
        }

        return data[count..];
    }

    private bool TryTakeSection()
    {
        if (!StateStreamFormat.TryReadHeader(_header, out var section) || section.Sequence != _sequence
            || (_sequence > 0 && section.Content != _content))
        {
            return false;
        }

        _sequence++;
        _content = section.Content;
        _payloadLeft = section.PayloadBytes;
        if (section.Kind == StateSectionKind.End)
        {
            _ended = true;
            return _final && section.Value == _hash.GetCurrentHashAsUInt64();
        }

        if (_final)
        {
            return false;
        }

        _final = section.Kind == StateSectionKind.Final;
        GuestValue = section.Value;
        _hash.Append(_header);
        return true;
    }
}
