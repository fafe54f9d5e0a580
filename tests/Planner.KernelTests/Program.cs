using Planner.KernelTests;

// In the lab's guest: tests/kernel-lab machine.
if (args is ["machine", .. var rest])
{
    return MachineProgram.Run(rest);
}

// And tests/kernel-lab planner. An argument runs only the tests with it in their name.
var run = new TestRun(args is [var part] ? part : null);
run.Try(ArcTests.Every_way_between_two_states_is_the_one_that_the_planner_foretells);
run.Try(ArcTests.An_arc_that_the_machine_does_not_have_never_reaches_the_kernel);
run.Try(ArcTests.A_measured_arc_is_as_long_as_the_module_says);
run.Try(ArcTests.A_failed_arc_tells_where_the_device_is);
run.Try(ArcTests.A_driver_that_claims_success_and_is_elsewhere_is_not_believed);
run.Try(ArcTests.A_device_in_ERROR_comes_back_by_a_reset);
run.Try(ArcTests.An_arc_that_a_signal_ends_at_once_is_sent_again_and_one_that_it_ends_late_is_not);
run.Try(ArcTests.While_an_arc_blocks_other_questions_are_refused_and_not_kept_waiting);
run.Try(ArcTests.An_arc_that_blocks_for_a_minute_is_waited_for_and_somebody_is_told_once);
run.Try(StreamTests.A_state_arrives_byte_for_byte);
run.Try(StreamTests.A_state_that_changes_while_it_is_copied_arrives_as_it_was_at_the_end);
run.Try(StreamTests.Pre_copy_ends_for_now_and_goes_on_when_there_is_more);
run.Try(StreamTests.A_device_that_begins_again_with_initial_data_says_so);
run.Try(StreamTests.A_corrupt_stream_leaves_the_machine_on_the_source);
run.Try(StreamTests.A_stream_without_its_end_leaves_the_machine_on_the_source);
run.Try(StreamTests.An_arc_allocates_nothing);
run.Try(StreamTests.The_mover_is_as_fast_as_dd_on_the_same_bytes);
run.Try(DeadlineTests.A_device_that_takes_deadlines_is_found_by_probing);
run.Try(DeadlineTests.A_deadline_that_cannot_be_kept_is_refused_and_nothing_happens);
run.Try(DeadlineTests.A_deadline_with_room_is_kept);
run.Try(DeadlineTests.An_arc_that_overruns_is_given_up_in_flight_and_the_device_runs_on);
run.Try(DeadlineTests.A_device_that_only_refuses_may_be_late_and_is_said_to_be);
run.Try(DecisionTests.A_switchover_that_fits_is_committed_and_keeps_the_limit);
run.Try(DecisionTests.A_switchover_that_does_not_fit_is_not_begun);
run.Try(DecisionTests.A_device_of_which_nothing_is_known_stays_RUNNING);
run.Try(DecisionTests.An_arc_that_takes_much_longer_than_ever_is_given_up_by_the_device_and_the_machine_runs_on);
run.Try(PassedDeviceTests.A_device_that_a_VMM_holds_is_driven_beside_it_and_stays_as_it_is);
run.Try(PassedDeviceTests.While_a_VMM_holds_a_device_nobody_else_can_open_it);
run.Try(RandomMigrationTests.Two_hundred_migrations_end_completed_or_RUNNING_in_time_and_nearly_all_that_fit_are_committed);
if (NodeTests.AreThere)
{
    run.Try(NodeTests.A_device_with_a_node_is_opened_by_it_and_migrates);
    run.Try(NodeTests.The_address_in_sysfs_leads_to_the_node);
    run.Try(NodeTests.A_device_that_a_VMM_holds_by_its_group_cannot_be_opened_by_its_node);
    run.Try(NodeTests.A_node_that_its_VMM_has_not_bound_is_refused_with_that_word);
    run.Try(DmaLogTests.What_a_device_writes_is_reported_once);
    run.Try(DmaLogTests.Of_what_is_written_only_what_is_asked_for_is_reported);
}
else
{
    run.Try(RefusalTests.A_device_on_plain_vfio_pci_is_refused_and_so_is_one_without_a_driver);
    run.Try(DmaLogTests.Without_IOMMUFD_DRIVER_in_the_kernel_the_report_is_not_offered);
}

run.Try(RefusalTests.A_device_without_migration_v2_is_refused);
run.Try(RefusalTests.A_device_that_is_not_there_is_refused);
run.Try(RefusalTests.A_device_that_is_open_already_is_busy);
run.Try(RefusalTests.A_device_without_a_driver_is_refused);
run.Try(RefusalTests.Who_may_not_open_a_device_is_told_so);
run.Try(RefusalTests.A_module_in_use_cannot_be_unloaded_and_the_session_goes_on);
run.Try(RefusalTests.Without_VFIO_in_the_kernel_that_is_what_is_said);
return run.Finish();
