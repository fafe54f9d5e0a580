namespace Planner.Policies;

/// <summary>Decides beside a running pre-copy when the guest is stopped: the planner's own rules, and those of other systems.</summary>
/// <remarks>A rule serves one migration: it may remember what it saw. It reads no clock; times come with the moments, which must not run backwards.</remarks>
public interface ISwitchoverRule
{
    /// <summary>The rule's name in reports, such as <c>earliest</c>.</summary>
    string Name { get; }

    /// <summary>The rule wants an exact count of the remaining bytes (a dirty sync) as soon as what is known to be unsent, memory and device
    /// state together, falls below this many bytes; at least 0. With 0 it waits for the end of the round.</summary>
    /// <remarks>Valid after <see cref="Consider"/>. QEMU counts exactly when its estimate falls below the threshold, and only the exact count decides.</remarks>
    double ExactBelowBytes { get; }

    /// <summary>Looks at a moment.</summary>
    /// <param name="moment">What can be seen.</param>
    SwitchoverAction Consider(in PreCopyMoment moment);
}
