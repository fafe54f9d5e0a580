using System.Text;
using Planner.Documents;

namespace Planner.Fuzz;

/// <summary>The input is a file of policies. Every failure but a <see cref="DocumentException"/> is a finding, and so is a policy that cannot be worked with.</summary>
internal static class PolicyTarget
{
    private static readonly DateTimeOffset[] Times = [new(2026, 3, 29, 0, 59, 0, TimeSpan.Zero), new(2028, 2, 29, 12, 0, 0, TimeSpan.Zero)];

    /// <summary>Reads the file, and asks each policy's windows.</summary>
    /// <returns>The names.</returns>
    public static string Run(byte[] input)
    {
        try
        {
            var policies = SlaPolicyText.ReadAll(Encoding.UTF8.GetString(input), "policy.yaml");
            foreach (var policy in policies)
            {
                var floor = policy.DirtyRateFloorBytesPerSecond;
                if (policy.BlackoutLimit <= TimeSpan.Zero || policy.CompleteWithin <= policy.BlackoutLimit || policy.Confidence is not (>= 0.5 and <= 0.9999) || !(floor is null or >= 0 && double.IsFinite(floor ?? 0)))
                {
                    throw new InvalidOperationException($"The policy {policy} cannot be kept.");
                }

                foreach (var at in Times)
                {
                    if (policy.MaintenanceWindows.Any(w => w.ClosesAfter(at) <= at || w.OpensAfter(at) <= at))
                    {
                        throw new InvalidOperationException("A window closes or opens in the past.");
                    }
                }
            }

            return string.Join(", ", policies.Select(p => p.Name));
        }
        catch (DocumentException e)
        {
            return e.Message;
        }
    }
}
