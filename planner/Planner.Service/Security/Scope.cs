namespace Planner.Service;

/// <summary>What a caller may do; each holds those before it.</summary>
public enum Scope
{
    /// <summary>Look, and ask for decisions and forecasts.</summary>
    Read,

    /// <summary>Register machines, and begin and cancel migrations.</summary>
    Operate,

    /// <summary>Change nodes, policies and webhooks.</summary>
    Admin,
}
