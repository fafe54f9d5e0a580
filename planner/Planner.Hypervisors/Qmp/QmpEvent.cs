using System.Text.Json;

namespace Planner.Hypervisors;

/// <summary>Something that QEMU told of its own accord.</summary>
public sealed record QmpEvent
{
    /// <summary>The name, such as "STOP".</summary>
    public required string Name { get; init; }

    /// <summary>The data as JSON in UTF-8; empty if the event has none.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>When it happened by the clock of QEMU's host, since the beginning of 1970; null if that host could not read its clock.</summary>
    public TimeSpan? At { get; init; }

    /// <summary>When it arrived here: a timestamp of the connection's <see cref="TimeProvider"/>.</summary>
    public long ReceivedTimestamp { get; init; }

    /// <summary>Whether it is of this kind.</summary>
    public bool Is<TData>(QmpEventKind<TData> kind) => Name == kind.Name;

    /// <summary>Reads the data if the event is of this kind.</summary>
    /// <returns>False if it is of another kind.</returns>
    /// <exception cref="QmpException">It is of this kind, and its data are not what they should be.</exception>
    public bool TryRead<TData>(QmpEventKind<TData> kind, out TData data)
        where TData : class
    {
        data = null!;
        if (Name != kind.Name)
        {
            return false;
        }

        try
        {
            data = JsonSerializer.Deserialize(Data.IsEmpty ? "{}"u8 : Data.Span, kind.Data)!;
        }
        catch (JsonException e)
        {
            throw Unreadable(e);
        }

        return data is null ? throw Unreadable(null) : true;
    }

    private QmpException Unreadable(Exception? cause) =>
        new(QmpFault.Malformed, $"The data of the event {Name} cannot be read; check that this QEMU is 10.0 or later.", innerException: cause);
}
