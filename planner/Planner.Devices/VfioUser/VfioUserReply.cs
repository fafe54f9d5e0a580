using Planner.Measurements;

namespace Planner.Devices;

/// <summary>The reply to a command, valid until the next call on the same connection.</summary>
internal readonly ref struct VfioUserReply
{
    /// <summary>Makes a reply.</summary>
    public VfioUserReply(bool failed, Errno error, ReadOnlySpan<byte> payload)
    {
        Failed = failed;
        Error = error;
        Payload = payload;
    }

    /// <summary>Whether the server answered with an error.</summary>
    public bool Failed { get; }

    /// <summary>The error number of a failure; <see cref="Errno.None"/> if the server named none, which it may.</summary>
    public Errno Error { get; }

    /// <summary>What follows the header; empty after a failure.</summary>
    public ReadOnlySpan<byte> Payload { get; }
}
