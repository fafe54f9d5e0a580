namespace Planner.Devices;

/// <summary>The device feature numbers that migration uses (<c>VFIO_DEVICE_FEATURE_*</c> in <c>linux/vfio.h</c>).</summary>
/// <remarks>
/// Numbers of private features are configuration; their defaults are in <see cref="VfioUserProtocol"/>. <c>default</c> is a
/// feature that has nothing to do with migration.
/// </remarks>
public enum DeviceFeatureIndex : ushort
{
    /// <summary>PCI_VF_TOKEN; not used here.</summary>
    PciVfToken = 0,

    /// <summary>MIGRATION, GET: u64 flags.</summary>
    Migration = 1,

    /// <summary>MIG_DEVICE_STATE, GET and SET: u32 state, s32 data_fd (-1 over vfio-user).</summary>
    MigDeviceState = 2,

    /// <summary>DMA_LOGGING_START, SET.</summary>
    DmaLoggingStart = 6,

    /// <summary>DMA_LOGGING_STOP, SET, no data.</summary>
    DmaLoggingStop = 7,

    /// <summary>DMA_LOGGING_REPORT, GET.</summary>
    DmaLoggingReport = 8,

    /// <summary>MIG_DATA_SIZE, GET: u64 bytes.</summary>
    MigDataSize = 9,

    /// <summary>MIG_PRECOPY_INFOv2, SET, no data: makes the flags of the pre-copy info valid (REINIT).</summary>
    MigPreCopyInfoV2 = 12,
}
