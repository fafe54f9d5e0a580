namespace Planner.Devices;

/// <summary>How a device takes a deadline with SET_STATE. No kernel has such a call today; the shapes are the proposals.</summary>
public enum DeadlineShape
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>A feature number and a struct of its own; found by PROBE|SET.</summary>
    A,

    /// <summary>A longer struct of MIG_DEVICE_STATE, announced by a further flag of feature 1.</summary>
    B,

    /// <summary>Limits per arc, set beforehand by a feature of its own.</summary>
    C,
}
