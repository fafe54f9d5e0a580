namespace Planner.Engine;

/// <summary>What the sizes of a device that the planner walks itself are kept under, beside its class.</summary>
public static class DeviceKeys
{
    /// <summary>What the sizes of the first data set are kept under that pre-copy carries; those of the stop phase are kept under the class itself.</summary>
    /// <param name="deviceClass">The device's class.</param>
    public static string PreCopyClass(string deviceClass) => $"{deviceClass}/pre-copy";
}
