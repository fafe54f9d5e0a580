namespace Planner.Lab;

/// <summary>The QEMUs that the lab can have.</summary>
public enum QemuVersion
{
    /// <summary>10.0, from Debian 12's backports.</summary>
    V10,

    /// <summary>11.1, from Debian 13's backports.</summary>
    V11,
}
