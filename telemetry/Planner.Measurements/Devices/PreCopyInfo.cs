namespace Planner.Measurements;

/// <summary>What <c>VFIO_MIG_GET_PRECOPY_INFO</c> reports. It says nothing about the size of the STOP_COPY data.</summary>
/// <param name="InitialBytes">Bytes of the first data set still to read; may grow again (REINIT).</param>
/// <param name="DirtyBytes">Bytes that changed since they were read.</param>
/// <param name="Reinitialized">The REINIT flag: new initial data is on the stream. Only meaningful once the device agreed to version 2.</param>
public readonly record struct PreCopyInfo(long InitialBytes, long DirtyBytes, bool Reinitialized);
