using System.Globalization;

namespace Planner.KernelTests;

/// <summary>Migrations of whole machines, in the lab's guest: <c>tests/kernel-lab machine</c>.</summary>
internal static class MachineProgram
{
    /// <summary>Runs one part of them.</summary>
    /// <param name="arguments"><c>times [PART]</c>, <c>behaviour [PART]</c> or <c>runs N SEED</c>.</param>
    /// <returns>The exit status.</returns>
    public static int Run(string[] arguments)
    {
        // Programs that the guest starts look for these.
        Environment.SetEnvironmentVariable("HOME", "/tmp");
        Environment.SetEnvironmentVariable("NO_COLOR", "1");
        return arguments switch
        {
            ["times", .. var part] => Times(new TestRun(part.FirstOrDefault())),
            ["behaviour", .. var part] => Behaviour(new TestRun(part.FirstOrDefault())),
            ["session"] => MachineSession.Show(),
            ["runs", var runs, var seed] => Study(int.Parse(runs, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture)),
            _ => throw new ArgumentException("machine wants times, behaviour, session or runs"),
        };
    }

    private static int Times(TestRun run)
    {
        run.Try(MachineTimeTests.A_blackout_with_a_device_is_counted_from_its_first_arc_to_its_last);
        run.Try(MachineTimeTests.The_arcs_of_a_device_are_reported_one_by_one);
        run.Try(MachineTimeTests.The_arcs_of_two_devices_add_up);
        run.Try(MachineTimeTests.A_state_of_a_mebibyte_is_part_of_the_blackout);
        run.Try(MachineTimeTests.After_two_migrations_the_bound_holds_and_what_cannot_keep_its_limit_is_not_begun);
        run.Try(MachineTimeTests.QEMU_alone_leaves_the_arcs_out_of_its_limit);
        run.Try(MachineFaultTests.Without_events_on_both_sides_a_blackout_has_a_stated_uncertainty);
        run.Try(MachineFaultTests.States_that_go_over_several_channels_are_counted_all_the_same);
        return run.Finish();
    }

    private static int Behaviour(TestRun run)
    {
        run.Try(MachineRefusalTests.A_device_without_migration_is_refused);
        run.Try(MachineRefusalTests.A_device_whose_migration_is_switched_off_on_the_source_is_refused);
        run.Try(MachineRefusalTests.A_device_whose_migration_is_switched_off_on_the_destination_is_refused);
        run.Try(MachineRefusalTests.A_device_of_another_model_on_the_destination_is_refused);
        run.Try(MachineRefusalTests.A_device_on_the_source_alone_is_refused);
        run.Try(MachineRefusalTests.A_device_on_the_destination_alone_is_refused);
        run.Try(MachineRefusalTests.Events_on_one_side_alone_are_refused);
        if (MachineDirtyPageTests.IsReported)
        {
            run.Try(MachineDirtyPageTests.Pages_that_a_device_writes_are_sent_again_and_the_machine_arrives_whole);
        }
        else
        {
            run.Try(MachineDirtyPageTests.A_kernel_that_cannot_report_what_a_device_writes_is_named_with_what_to_do);
        }

        run.Try(MachineRefusalTests.Migrations_of_machines_without_a_device_are_no_evidence_for_one_with_a_device);
        run.Try(MachineRefusalTests.What_QEMU_counts_beyond_what_it_tells_is_named);
        run.Try(MachineFaultTests.A_device_that_cannot_leave_PRE_COPY_has_lost_its_state_on_the_source);
        run.Try(MachineFaultTests.A_device_that_cannot_reach_STOP_COPY_has_lost_its_state_on_the_source);
        run.Try(MachineFaultTests.A_device_that_cannot_leave_RESUMING_has_lost_its_state_on_the_destination);
        run.Try(MachineFaultTests.A_device_that_cannot_leave_STOP_has_lost_its_state_on_the_destination);
        run.Try(MachineFaultTests.A_device_that_cannot_leave_RUNNING_P2P_has_lost_its_state_and_QEMU_tells_nobody);
        run.Try(MachineFaultTests.A_machine_that_is_stopped_and_continued_in_pre_copy_stays_and_its_migration_is_cancelled);
        return run.Finish();
    }

    private static int Study(int runs, int seed)
    {
        var study = new MachineStudy(runs, seed);
        study.Run();
        var (run, verdicts) = (new TestRun(null), new StudyVerdicts(study.Results));
        run.Try(verdicts.Every_guest_is_whole_afterwards_and_runs_on_one_side);
        run.Try(verdicts.The_blackout_on_11_1_is_reported_to_5_ms);
        run.Try(verdicts.The_blackout_on_10_0_is_reported_within_its_stated_uncertainty_of_at_most_10_ms_and_to_5_ms_on_the_median);
        run.Try(verdicts.The_bound_holds_as_often_as_it_says_on_10_0);
        run.Try(verdicts.The_bound_holds_as_often_as_it_says_on_11_1);
        run.Try(verdicts.The_bound_is_at_most_one_and_a_half_times_the_blackout_on_the_median);
        run.Try(verdicts.The_limit_is_kept_as_often_as_it_says);
        run.Try(verdicts.Of_what_fits_and_is_known_nine_in_ten_are_committed);
        return run.Finish();
    }
}
