namespace Planner.Devices;

/// <summary>
/// The numbers and names that both ends of a vfio-user socket agree on. The layouts of the payloads are not here: client and
/// server each write them down from the specification, so that an error in one is seen by the other.
/// </summary>
public static class VfioUserProtocol
{
    /// <summary>The major version spoken; another one is refused.</summary>
    public const ushort MajorVersion = 0;

    /// <summary>The highest minor version spoken.</summary>
    public const ushort MinorVersion = 2;

    /// <summary>The size of the head of a feature request or reply in bytes: u32 argsz, u32 flags.</summary>
    public const int FeatureHeadBytes = 8;

    /// <summary>The capability <c>max_data_xfer_size</c> where a peer does not state it, in bytes.</summary>
    public const int DefaultMaxDataTransferBytes = 1 << 20;

    /// <summary>The most file descriptors that a peer may say it takes in one message, capability <c>max_msg_fds</c> (libvfio-user's own limit); the least is 0.</summary>
    public const int MaxMessageDescriptors = 1024;

    /// <summary>The largest message that any peer has to take, in bytes (libvfio-user's own limit).</summary>
    public const int MaxMessageBytes = (1 << 20) + 32;

    /// <summary>The most data in one MIG_DATA_WRITE, in bytes: libvfio-user does not reassemble requests
    /// (nutanix/libvfio-user issue 306), and more than this does not arrive in one piece.</summary>
    public const int MaxWriteDataBytes = 32 * 1024;

    /// <summary>The most data asked for in one MIG_DATA_READ, in bytes; larger reads were measured to be slower.</summary>
    public const int MaxReadDataBytes = 256 * 1024;

    /// <summary>The default number of the private feature SET_STATE_DEADLINE. SET, 40 bytes: u32 device_state, s32 data_fd,
    /// u64 deadline_ns, u64 predicted_ns, u64 took_ns, u32 final_state, u32 flags.</summary>
    public const ushort DefaultDeadlineFeature = 0xfd01;

    /// <summary>The default number of the private feature ARC_LATENCY. GET, 16 bytes, all of them in the request too: u32 from,
    /// u32 to, u64 worst_ns (0 in the request). Like DMA_LOGGING_REPORT it is a GET whose request carries data.</summary>
    public const ushort DefaultArcLatencyFeature = 0xfd02;

    /// <summary>The default number of the private feature PRECOPY_INFO. GET, 24 bytes: u64 initial_bytes, u64 dirty_bytes,
    /// u32 flags (bit 0 REINIT), u32 reserved.</summary>
    public const ushort DefaultPreCopyInfoFeature = 0xfd03;

    /// <summary>Private capability, <c>true</c>: the server has SET_STATE_DEADLINE, and ARC_LATENCY if a probe finds it.</summary>
    /// <remarks>The client proposes each private key as <c>true</c>; a server answers only keys that were proposed.</remarks>
    public const string DeadlineKey = "x-deadline-v1";

    /// <summary>Private capability, <c>true</c>: the server has ARC_LATENCY, with or without SET_STATE_DEADLINE.</summary>
    public const string ArcLatencyKey = "x-arc-latency-v1";

    /// <summary>Private capability, <c>true</c>: the server has PRECOPY_INFO.</summary>
    public const string PreCopyInfoKey = "x-precopy-info-v1";

    /// <summary>Private capability, text: the device class, at most <see cref="MaxDeviceClassLength"/> printable ASCII characters.</summary>
    public const string DeviceClassKey = "x-device-class";

    /// <summary>Private capability, text such as <c>RUNNING_P2P->STOP</c>: the commit point.</summary>
    public const string CommitArcKey = "x-commit-arc";

    /// <summary>Private capability, text <c>total</c>, <c>maximum</c> or <c>remaining</c>: what MIG_DATA_SIZE means.</summary>
    public const string DataSizeMeaningKey = "x-data-size-meaning";

    /// <summary>Private capability, boolean: the STOP_COPY stream starts again instead of going on where PRE_COPY ended.</summary>
    public const string StreamRestartsKey = "x-stream-restarts";

    /// <summary>The most characters of a device class that a peer states.</summary>
    public const int MaxDeviceClassLength = 128;
}
