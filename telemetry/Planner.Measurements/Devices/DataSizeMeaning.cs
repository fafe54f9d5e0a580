namespace Planner.Measurements;

/// <summary>What a driver means by MIG_DATA_SIZE; drivers differ.</summary>
public enum DataSizeMeaning
{
    /// <summary>All data of the device, what pre-copy has already carried included.</summary>
    Total,

    /// <summary>The largest size the state can have; the real one is smaller.</summary>
    Maximum,

    /// <summary>What is still to be read.</summary>
    Remaining,
}
