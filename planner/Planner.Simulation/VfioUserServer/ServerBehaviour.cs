using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>
/// How a <see cref="VfioUserServer"/> behaves where servers differ, each difference a switch. The defaults are the tolerant server
/// that this program puts devices behind. Latencies, rates, faults and deadlines are the device's and stand in its profile.
/// </summary>
/// <remarks>Always so, as in every server: byte-exact framing; one client at a time, a second one's handshake waits; requests in
/// order, so that a slow arc delays all later ones; the reply to a SET only after the arc, which goes on after a disconnect; error
/// replies are a bare header; bytes behind MIG_DEVICE_STATE are accepted and ignored.</remarks>
public sealed record ServerBehaviour
{
    /// <summary>What the server knows of migration.</summary>
    public MigrationSupport Migration { get; init; }

    /// <summary>The capabilities that the server knows in place of the device's own; null for the device's own.</summary>
    public MigrationCapabilities? Capabilities { get; init; }

    /// <summary>Whether a request is put together again however it arrives. Otherwise a short receive is answered with EINVAL and the
    /// rest is taken for headers, a split header closes the connection, and no more than 36544 bytes arrive in one piece.</summary>
    public bool ReassemblesRequests { get; init; } = true;

    /// <summary>Whether STOP and STOP_COPY allow few commands only.</summary>
    public bool FiltersCommandsByState { get; init; }

    /// <summary>What DEVICE_RESET does.</summary>
    public ResetBehaviour Reset { get; init; }

    /// <summary>Whether the reply to MIG_DATA_READ always has the size that was asked for, filled up with zeros.</summary>
    public bool PadsReadReplies { get; init; }

    /// <summary>The most bytes of one read, so that reads are short before the end; null if only the end makes them so.</summary>
    public int? MostBytesPerRead { get; init; }

    /// <summary>Whether the stream starts again from the beginning at STOP_COPY.</summary>
    public bool RestartsStreamAtStopCopy { get; init; }

    /// <summary>Whether a read at the temporary end of the stream is the error ENOMSG, as in the kernel, and not of size 0.</summary>
    public bool TemporaryEndIsAnError { get; init; }

    /// <summary>The answer to features that the server does not know.</summary>
    public Errno UnknownFeatureErrno { get; init; } = Errno.EINVAL;

    /// <summary>Whether error replies carry 0 in place of the error number.</summary>
    public bool ErrorsHaveNoNumber { get; init; }

    /// <summary>Whether the body of an unknown command is not consumed, so that all that follows is garbage.
    /// Goes with <see cref="ReassemblesRequests"/>.</summary>
    public bool LeavesBodiesOfUnknownCommands { get; init; }

    /// <summary>Whether the VERSION reply always has max_msg_fds, max_data_xfer_size and migration, proposed or not.</summary>
    public bool AlwaysStatesItsCapabilities { get; init; }

    /// <summary>Whether private keys and features are known: deadline, arc latency, pre-copy information, device class and the like.</summary>
    public bool KnowsPrivateFeatures { get; init; } = true;

    /// <summary>Whether feature 9, MIG_DATA_SIZE, is known if the device tells its size.</summary>
    public bool KnowsDataSize { get; init; } = true;

    /// <summary>How long a SET of the state waits for an asynchronous quiesce before the arc begins. Meanwhile other questions are
    /// answered, but not the one for the state.</summary>
    public TimeSpan QuiesceDelay { get; init; }

    /// <summary>Whether the asynchronous quiesce fails: the SET is dropped without any reply.</summary>
    public bool LosesQuiesce { get; init; }

    /// <summary>Whether the server sends a DMA_READ of its own before each reply.</summary>
    public bool SendsDmaCommands { get; init; }

    /// <summary>The server of this program.</summary>
    public static ServerBehaviour Tolerant { get; } = new();

    /// <summary>libvfio-user at efd091b (2026-06-25), as measured.</summary>
    public static ServerBehaviour LibvfioUser { get; } = new()
    {
        Capabilities = MigrationCapabilities.StopCopy | MigrationCapabilities.PreCopy,
        ReassemblesRequests = false,
        FiltersCommandsByState = true,
        Reset = ResetBehaviour.KeepsState,
        PadsReadReplies = true,
        AlwaysStatesItsCapabilities = true,
        KnowsPrivateFeatures = false,
        KnowsDataSize = false,
    };

    /// <summary>libvfio-user at 7e7a0a6 (2026-01-05).</summary>
    public static ServerBehaviour OldLibvfioUser { get; } = LibvfioUser with { Reset = ResetBehaviour.SetsRunning };

    /// <summary>A server that hands a kernel driver's answers through.</summary>
    public static ServerBehaviour KernelLike { get; } = new()
    {
        UnknownFeatureErrno = Errno.ENOTTY,
        TemporaryEndIsAnError = true,
        KnowsPrivateFeatures = false,
    };

    /// <summary>rust-vmm, read in source in June 2026: no migration, errors without a number, bodies of unknown commands left over.</summary>
    public static ServerBehaviour RustVmm { get; } = new()
    {
        Migration = MigrationSupport.UnknownCommands,
        ErrorsHaveNoNumber = true,
        LeavesBodiesOfUnknownCommands = true,
        KnowsPrivateFeatures = false,
    };
}
