/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_LOG_H
#define L2TPGW_BASE_LOG_H

/*
 * The log of the daemon: one line an event on standard error, with the priority prefix that the
 * journal understands ("<4>") when standard error is a journal stream. Only edges (daemon/, main
 * functions) log; libraries return errors. Control characters in what is logged, and what is no
 * UTF-8, are replaced, so that no user name can forge a line or speak to a terminal. Never pass a
 * secret.
 */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6
};

void log_open(const char *name);
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)

#endif
