namespace Planner.Service;

/// <summary>What is done by the calendar.</summary>
internal enum ScheduledTask
{
    /// <summary>What is older than is kept is dropped.</summary>
    Retention,

    /// <summary>Idle devices are opened and asked what they offer.</summary>
    Probe,

    /// <summary>Idle devices are walked through their arcs.</summary>
    Measure,

    /// <summary>Switchovers of a canary are rehearsed, there and back.</summary>
    Rehearse,

    /// <summary>The learned model is trained anew from files, judged, and kept.</summary>
    Retrain,

    /// <summary>Budgets and calibration are written to a file.</summary>
    Report,
}
