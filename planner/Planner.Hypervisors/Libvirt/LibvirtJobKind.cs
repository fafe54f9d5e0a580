namespace Planner.Hypervisors;

/// <summary>What a domain's job is to the planner.</summary>
internal enum LibvirtJobKind
{
    /// <summary>None, or none that has to do with a migration.</summary>
    None,

    /// <summary>The domain is sent.</summary>
    Migration,

    /// <summary>The domain comes in; libvirt tells nothing more of it on this side.</summary>
    Incoming,
}
